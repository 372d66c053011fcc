/** What W9 needs of the library and `mod.ts` may lack so far. */

import * as tsyncio from "../../../mod.ts";
import type { Awaitable } from "../../../mod.ts";
import type { Child } from "./children.ts";

interface ProcessLike {
  readonly returncode: number | null;
  communicate(): Awaitable<[stdout: Uint8Array | null, stderr: Uint8Array | null]>;
}

interface Functions {
  readonly PIPE: unknown;
  readonly DEVNULL: unknown;
  createSubprocessExec(program: string, args: readonly string[], options: object): Awaitable<ProcessLike>;
}

const functions = tsyncio as unknown as Functions;

/** Why W9 cannot run; undefined when it can. */
export const whyUnavailable: string | undefined = "createSubprocessExec" in tsyncio ? undefined : "mod.ts exports no createSubprocessExec";

/** Starts one child. */
export function startChild({ program, args, piped }: Child): Awaitable<ProcessLike> {
  const { PIPE, DEVNULL } = functions;
  return functions.createSubprocessExec(program, args, { stdin: DEVNULL, stdout: piped ? PIPE : DEVNULL, stderr: DEVNULL });
}

/** The text that a child has written. */
export function textOf(output: Uint8Array | null): string {
  return output === null ? "" : new TextDecoder().decode(output);
}
