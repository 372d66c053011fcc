/** What the programs of W9 share: what the children are, and how many there are at a time. */

import * as fs from "node:fs";
import type { ChildWorkload } from "../workloads.ts";

/** How many children there are at a time. */
export const SIDE_BY_SIDE = 10;

/** A child: what it runs, and whether what it writes is read. */
export interface Child {
  readonly program: string;
  readonly args: readonly string[];
  readonly piped: boolean;
}

/** What came of one. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** The child of a workload. */
export function childOf(workload: ChildWorkload): Child {
  if (workload === "W9-pipe") return { program: "/bin/echo", args: ["hello"], piped: true };
  return { program: fs.existsSync("/bin/true") ? "/bin/true" : "/usr/bin/true", args: [], piped: false };
}

/** @throws Error when it did not do what it should. */
export function checkEnded({ piped }: Child, { code, output }: Ended): void {
  if (code !== 0 || output !== (piped ? "hello\n" : "")) throw new Error(`A child ended with ${code} and ${JSON.stringify(output)}`);
}
