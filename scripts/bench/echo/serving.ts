/** The one line that an echo server prints. */

import process from "node:process";

/** Says where it serves, and on which version of the runtime. */
export function printServing(port: number): void {
  console.log(JSON.stringify({ port, version: process.versions["bun"] ?? process.versions["deno"] ?? process.versions.node }));
}
