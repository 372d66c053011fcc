import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FileNotFoundError, OSError } from "../../mod.ts";
import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import type { FileHandle, FilePlace } from "../../src/runtime/file_driver.ts";
import { afterEach, assert, beforeEach, describe, it } from "../_kit/mod.ts";

let folder = "";

function open(place: FilePlace): Promise<FileHandle> {
  return new Promise((resolve, reject) => {
    let inside = true;
    defaultRuntime().files!.open(place, (error, handle) => {
      assert.equal(inside, false, "told during the call");
      if (error !== null) reject(error);
      else resolve(handle!);
    });
    inside = false;
  });
}

function read(handle: FileHandle, position: number, size: number): Promise<string> {
  return new Promise((resolve, reject) => {
    handle.read(position, size, (error, bytes) => error === null ? resolve(new TextDecoder().decode(bytes!)) : reject(error));
  });
}

/** How many descriptors are open, where the system tells. */
function descriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

/** Waits until no more descriptors are open than before. */
async function untilClosed(before: number): Promise<void> {
  for (let turns = 0; turns < 5000 && descriptors() > before; turns++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(descriptors() <= before, `${descriptors()} descriptors, before there were ${before}`);
}

describe("files", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tsyncio-files-"));
    writeFileSync(join(folder, "ten é"), "0123456789");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are opened by path or URL, and read at any place, in any order, several at once", async () => {
    const path = join(folder, "ten é");
    for (const place of [{ path }, { url: pathToFileURL(path).href }]) {
      const before = descriptors();
      const handle = await open(place);
      assert.deepEqual(await Promise.all([read(handle, 5, 3), read(handle, 0, 2), read(handle, 8, 100)]), ["567", "01", "89"]);
      assert.equal(await read(handle, 10, 5), "");
      assert.equal(await read(handle, 1000, 5), "");
      handle.close();
      handle.close();
      await untilClosed(before);
    }
  });

  it("that are not there, or cannot be read, are errors of ours with the host's as the cause", async () => {
    const path = join(folder, "nothing");
    await assert.rejects(
      open({ path }),
      (error) => error instanceof FileNotFoundError && error.code === "ENOENT" && error.path === path && error.cause instanceof Error,
    );
    const before = descriptors();
    const handle = await open({ path: folder });
    await assert.rejects(read(handle, 0, 1), (error) => error instanceof OSError && error.code === "EISDIR" && error.path === folder);
    handle.close();
    await untilClosed(before);
  });

  it("that nobody waits for any more are closed, and nothing is told", async () => {
    const before = descriptors();
    let told = 0;
    for (let i = 0; i < 20; i++) defaultRuntime().files!.open({ path: join(folder, "ten é") }, () => told++)();
    const handle = await open({ path: join(folder, "ten é") });
    handle.read(0, 5, () => told++);
    handle.close();
    await untilClosed(before);
    assert.equal(told, 0);
  });
});
