/** Writes 100 pieces of 10 bytes in one turn, and one more later. */

import { openConnection, run, sleep, startServer } from "../../mod.ts";

await run(async () => {
  const server = await startServer(
    function* (reader, writer) {
      console.log("received", (yield* reader.readExactly(1010)).length);
      writer.close();
    },
    "127.0.0.1",
    0,
  );
  const [reader, writer] = await openConnection("127.0.0.1", server.sockets[0]!.address.port);
  for (let i = 0; i < 100; i++) writer.write(`tsyncio-${String(i).padStart(2, "0")}`);
  await sleep(20); // a second system call
  writer.write("tsyncio-xx".replace("xx", "99"));
  await reader.read();
  writer.close();
  server.close();
  await server.waitClosed();
});
