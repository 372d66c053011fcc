/** Starts processes while file descriptors run out: with each number of free ones two at once. Prints how that ended. Run with a low limit. */

import * as fs from "node:fs";
import { createSubprocessExec, gather, OSError, PIPE, run } from "../../../mod.ts";

async function start(): Promise<string> {
  try {
    const child = await createSubprocessExec("true", [], { stdin: PIPE, stdout: PIPE, stderr: PIPE });
    await child.communicate();
    return String(child.returncode);
  } catch (error) {
    if (error instanceof OSError) return `${error.code}`;
    throw error;
  }
}

const held: number[] = [];

function holdAll(): void {
  try {
    for (;;) held.push(fs.openSync("/dev/null", "r"));
  } catch {
    // There are no more.
  }
}

await run(async () => {
  await start(); // hosts open some for good
  for (let free = 0; free < 25; free++) {
    holdAll();
    for (const descriptor of held.splice(Math.max(0, held.length - free))) fs.closeSync(descriptor);
    console.log((await gather([() => start(), () => start()])).join(" "));
  }
});
