/**
 * Copies its stdin to its stdout in upper case, by transports; with an argument it stops after so many lines, and is then at its end.
 */

import process from "node:process";
import { getRunningLoop, Protocol, run, StreamReader, StreamReaderProtocol, StreamWriter } from "../../../mod.ts";

const lines = Number(process.argv[2] ?? Infinity);

await run(async () => {
  const loop = getRunningLoop();
  const reader = new StreamReader();
  const [input] = await loop.connectReadPipe(() => new StreamReaderProtocol(reader), "stdin");
  const [output, protocol] = await loop.connectWritePipe(() => new StreamReaderProtocol(new StreamReader()), "stdout");
  const writer = new StreamWriter(output, protocol, null);
  let count = 0;
  for await (const line of reader) {
    writer.write(new TextDecoder().decode(line).toUpperCase());
    await writer.drain();
    if (++count === lines) break;
  }
  input.close();
  writer.close();
  await writer.waitClosed();
  await loop.connectWritePipe(() => new Protocol(), "stderr").then(([transport]) => transport.write(`${count} lines\n`));
});
console.log("run has ended");
