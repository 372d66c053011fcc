/**
 * Serves and connects while there are no descriptors, and says how that goes. What it uses of the host it has used before, since hosts open
 * files at first uses.
 */

import { closeSync, openSync } from "node:fs";
import { getRunningLoop, openConnection, run, startServer, type StreamReader, type StreamWriter, timeout } from "../../mod.ts";

const decoder = new TextDecoder();
const held: number[] = [];

function* answer(reader: StreamReader, writer: StreamWriter) {
  for (let line = yield* reader.readLine(); line.length > 0; line = yield* reader.readLine()) writer.write(line);
  writer.close();
}

/** Takes all descriptors that there are. */
function takeAll(): unknown {
  try {
    for (;;) held.push(openSync("/dev/null", "r"));
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

async function say(reader: StreamReader, writer: StreamWriter): Promise<string> {
  writer.write("hello\n");
  return decoder.decode(await timeout(10_000, () => reader.readLine())).trim();
}

await run(async () => {
  const reports: string[] = [];
  getRunningLoop().setExceptionHandler((_loop, { message, exception }) => {
    reports.push(`${message}: ${(exception as { code?: unknown }).code}`);
  });
  const server = await startServer(answer, "127.0.0.1", 0);
  const { port } = server.sockets[0]!.address;
  const visit = async (): Promise<string> => {
    const [reader, writer] = await openConnection("127.0.0.1", port);
    const answer = await say(reader, writer);
    writer.close();
    await writer.waitClosed();
    return answer;
  };
  const first = await openConnection("127.0.0.1", port);
  console.log("before:", await visit(), await say(...first));

  console.log("no descriptors:", takeAll());
  try {
    await openConnection("127.0.0.1", port);
  } catch (error) {
    const { name, code } = error as { name: string; code?: unknown };
    console.log("connect:", name, code);
  }
  console.log("those who are connected:", await say(...first));

  closeSync(held.pop()!); // for the client; there is none for the server
  const [reader, writer] = await openConnection("127.0.0.1", port);
  writer.write("hello\n");
  for (let i = 0; i < 10; i++) await say(...first);
  console.log("those who are connected:", await say(...first));
  for (const descriptor of held.splice(0)) closeSync(descriptor);
  console.log("the one who came meanwhile:", decoder.decode(await timeout(10_000, () => reader.readLine())).trim() || "was closed");
  console.log("afterwards:", await visit());
  console.log("reports:", reports.join());

  writer.close();
  first[1].close();
  server.close();
  await server.waitClosed();
  console.log("the end");
});
