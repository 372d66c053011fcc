/** What the programs of W9 on tsyncio share. */

import { DEVNULL, PIPE, type SubprocessOptions } from "../../../mod.ts";
import type { Child } from "./children.ts";

/** How the library is to start it. */
export function optionsOf({ piped }: Child): SubprocessOptions {
  return { stdin: DEVNULL, stdout: piped ? PIPE : DEVNULL, stderr: DEVNULL };
}

/** The text that a child has written. */
export function textOf(output: Uint8Array | null): string {
  return output === null ? "" : new TextDecoder().decode(output);
}
