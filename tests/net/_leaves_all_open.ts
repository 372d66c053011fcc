/** A program that ends with a server, connections and an attempt to connect open. */

import { createTask, getRunningLoop, openConnection, Protocol, run, startServer, type StreamReader } from "../../mod.ts";

await run(async () => {
  const server = await startServer(
    async (reader: StreamReader) => {
      await reader.read();
    },
    "127.0.0.1",
    0,
  );
  const { port } = server.sockets[0]!.address;
  await openConnection("127.0.0.1", port);
  await getRunningLoop().createConnection(() => new Protocol(), { host: "127.0.0.1", port });
  createTask(() => openConnection("127.0.0.1", port));
  console.log("main has ended");
});
console.log("run has ended");
