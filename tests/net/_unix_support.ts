/** What the tests of unix sockets share: folders that are gone afterwards. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openUnixConnection, startUnixServer } from "../../mod.ts";
import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { UnixDriver } from "../../src/runtime/unix_driver.ts";
import { assert } from "../_kit/mod.ts";
import { leavingNoSockets } from "./_descriptors.ts";
import { runQuietly, text } from "./_support.ts";
import { closeServer, closeWriter } from "./_tls_support.ts";

/** Runs `body` in a loop with a new folder, and fails when it leaves a socket open. What is reported fails it too. */
export function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = fs.mkdtempSync(join(tmpdir(), "tsyncio-"));
  return runQuietly(async () => {
    try {
      await leavingNoSockets(() => body(folder));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
}

/** A path in the folder that has this many bytes. */
export function longPath(folder: string, bytes: number): string {
  return join(folder, "x".repeat(bytes - folder.length - 1));
}

/** A name apart from the file system that nobody else uses. */
export function abstractName(): string {
  return `\0tsyncio-${crypto.randomUUID()}`;
}

/** The runtime of this host with another driver of unix sockets; without one for undefined. */
export function runtimeWithUnix(driver: UnixDriver | undefined): Runtime {
  return { ...defaultRuntime(), unix: driver };
}

/** The driver of this host with some members changed. */
export function changedUnix(changes: Partial<UnixDriver>): UnixDriver {
  const unix = defaultRuntime().unix!;
  return {
    longestPath: unix.longestPath,
    abstractNames: unix.abstractNames,
    connect: unix.connect.bind(unix),
    listen: unix.listen.bind(unix),
    look: unix.look.bind(unix),
    remove: unix.remove.bind(unix),
    ...changes,
  };
}

/** Has a word echoed. */
export async function exchange(path: string, options: Parameters<typeof openUnixConnection>[1] = {}): Promise<void> {
  const [reader, writer] = await openUnixConnection(path, options);
  writer.write("word\n");
  assert.equal(text(await reader.readLine()), "word\n");
  await closeWriter(writer);
}

/** A file of a socket at which nobody listens any more. */
export async function staleSocket(path: string): Promise<void> {
  const server = await startUnixServer(() => {}, path, { cleanupSocket: false });
  await closeServer(server);
  assert.ok(fs.lstatSync(path).isSocket());
}
