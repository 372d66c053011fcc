/** Says what becomes of each thing that needs a permission. Run on Deno with few of them. Its argument is a file that it may not read. */

import process from "node:process";
import { getRunningLoop, openConnection, Protocol, run, startServer } from "../../mod.ts";

async function attempt(what: string, start: () => PromiseLike<unknown>): Promise<void> {
  try {
    await start();
    console.log(`${what}: done`);
  } catch (error) {
    const { name, code, cause } = error as Error & { code?: string };
    console.log(`${what}: ${name} ${code} ${(cause as Error | undefined)?.name}`);
  }
}

await run(async () => {
  const loop = getRunningLoop();
  const host = "127.0.0.1";
  await attempt("server", () => startServer(() => {}, host, 0));
  await attempt("shared server", () => startServer(() => {}, host, 0, { reusePort: true }));
  await attempt("connection", () => openConnection(host, 9));
  await attempt("connection from an address", () => loop.createConnection(() => new Protocol(), { host, port: 9, localAddr: { host } }));
  await attempt("connection to a name", () => openConnection("localhost", 9));
  await attempt("datagrams", () => loop.createDatagramEndpoint(() => ({}), { localAddr: { host, port: 0 } }));
  const writes = { write() {}, setProtocol() {}, getProtocol: () => ({}), isClosing: () => false };
  await attempt("file", () => loop.sendfile(writes as never, process.argv[2]!));
});
