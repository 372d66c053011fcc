/** A program whose modules come from a server of this machine. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, runProgram } from "../_kit/program.ts";

/** Serves the sources, and runs a program that imports them from there. */
export async function runFromNetwork(): Promise<Ended> {
  const root = new URL("../../", import.meta.url);
  const cache = await mkdtemp(join(tmpdir(), "tsyncio-"));
  const server = createServer((request, response) => {
    const file = new URL(`.${request.url}`, root);
    response.setHeader("content-type", "application/typescript");
    readFile(file).then((text) => response.end(text), () => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as { readonly port: number };
    return await runProgram(new URL("../programs/from_network.ts", import.meta.url), {
      args: [`http://127.0.0.1:${port}/mod.ts`],
      env: { DENO_DIR: cache },
      limit: 30_000,
    });
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(cache, { recursive: true });
  }
}
