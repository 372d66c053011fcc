/** Sends so many megabytes through `cat`, looks at each byte, and tells how much memory that took. */

import process from "node:process";
import { createSubprocessExec, gather, PIPE, type Process, run } from "../../../mod.ts";

const PIECE = 65_521;
const piece = Buffer.from(new Uint8Array(PIECE).map((_, index) => index % 251));

async function send(child: Process, size: number): Promise<number> {
  let peak = 0;
  await gather([
    async () => {
      for (let sent = 0; sent < size; sent += PIECE) {
        child.stdin!.write(piece.subarray(0, size - sent));
        await child.stdin!.drain();
      }
    },
    async () => {
      for (let received = 0; received < size; received += PIECE) {
        const expected = piece.subarray(0, size - received);
        if (!expected.equals(await child.stdout!.readExactly(expected.length))) throw new Error(`other bytes came after ${received}`);
        peak = Math.max(peak, process.memoryUsage().rss);
      }
    },
  ]);
  return peak;
}

await run(async () => {
  const child = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
  await send(child, 20_000_000); // memory that the host takes once
  const before = process.memoryUsage().rss;
  const peak = await send(child, Number(process.argv[2]) * 1_000_000);
  child.stdin!.close();
  if ((await child.stdout!.read()).length > 0) throw new Error("more came");
  if (await child.wait() !== 0) throw new Error("cat failed");
  console.log(`memory grew by ${Math.max(0, Math.round((peak - before) / 1_000_000))} MB`);
});
