import * as fs from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ConnectionRefusedError, EventLoop, openUnixConnection, OSError, PermissionError, Protocol, startUnixServer } from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runReported } from "./_support.ts";
import { closeServer, echo, failureOf } from "./_tls_support.ts";
import { changedUnix, exchange, inFolder, runtimeWithUnix, staleSocket } from "./_unix_support.ts";

function modeOf(path: string): number {
  return fs.statSync(path).mode & 0o777;
}

describe("the file of a unix server", () => {
  it("takes the place of a socket that nobody listens at", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      await staleSocket(path);
      assert.ok(await failureOf(() => openUnixConnection(path)) instanceof ConnectionRefusedError);
      const server = await startUnixServer(echo, path);
      await exchange(path);
      await closeServer(server);
      assert.deepEqual(fs.readdirSync(folder), []);
    }));

  it("does not take the place of one that somebody listens at, here or elsewhere", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const server = await startUnixServer(echo, path);
      const error = await failureOf(() => startUnixServer(echo, path));
      assert.ok(error instanceof OSError);
      assert.deepEqual([error.code, error.path], ["EADDRINUSE", path]);
      assert.match(error.message, /^Cannot listen on .+: the address is in use \(EADDRINUSE\)$/);
      await exchange(path);
      await closeServer(server);
      assert.deepEqual(fs.readdirSync(folder), []);
    }));

  it("does not take the place of anything else", () =>
    inFolder(async (folder) => {
      const [file, directory, link] = ["file", "directory", "link"].map((name) => join(folder, name)) as [string, string, string];
      fs.writeFileSync(file, "precious");
      fs.mkdirSync(directory);
      fs.symlinkSync(join(folder, "nothing"), link);
      for (const path of [file, directory, link]) {
        const error = await failureOf(() => startUnixServer(echo, path));
        assert.ok(error instanceof OSError, String(error));
        assert.deepEqual([error.code, error.path], ["EADDRINUSE", path]);
      }
      assert.equal(fs.readFileSync(file, "utf8"), "precious");
      assert.deepEqual(fs.readdirSync(folder).sort(), ["directory", "file", "link"]);
    }));

  it("is removed when the server is closed, or left there when asked for", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const server = await startUnixServer(echo, path, { cleanupSocket: false });
      await closeServer(server);
      assert.deepEqual(fs.readdirSync(folder), ["s"]);
      const second = await startUnixServer(echo, path);
      second.close();
      assert.deepEqual(fs.readdirSync(folder), [], "at once");
      await second.waitClosed();
    }));

  it("is removed only while it is the server's own", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const first = await startUnixServer(echo, path);
      fs.renameSync(path, join(folder, "moved"));
      const second = await startUnixServer(echo, path);
      await closeServer(first);
      await exchange(path);
      await closeServer(second);
      const third = await startUnixServer(echo, path);
      fs.unlinkSync(path);
      fs.writeFileSync(path, "somebody else's");
      await closeServer(third);
      assert.equal(fs.readFileSync(path, "utf8"), "somebody else's");
      const fourth = await startUnixServer(echo, join(folder, "t"));
      fs.unlinkSync(join(folder, "t"));
      await closeServer(fourth);
      assert.deepEqual(fs.readdirSync(folder).sort(), ["moved", "s"]);
    }));

  it("is removed with its loop", async () => {
    const loop = new EventLoop();
    const path = `tsyncio-${crypto.randomUUID()}.sock`;
    await loop.runUntilComplete(async () => {
      await loop.createUnixServer(() => new Protocol(), path);
    });
    assert.ok(fs.existsSync(path));
    loop.close();
    assert.equal(fs.existsSync(path), false);
  });

  it("has the mode that is asked for, from the beginning", () =>
    inFolder(async (folder) => {
      const before = process.umask(0o022);
      process.umask(before);
      for (const [mode, expected] of [[undefined, 0o777 & ~before], [0o600, 0o600], [0o666, 0o666], [0, 0]] as const) {
        const path = join(folder, "s");
        const server = await startUnixServer(echo, path, mode === undefined ? {} : { mode });
        assert.equal(modeOf(path), expected);
        await closeServer(server);
      }
    }));

  it("that cannot be removed is reported, and the server closed", async () => {
    const denied = new PermissionError("not yours", { code: "EACCES" });
    const stubborn = changedUnix({
      remove: () => {
        throw denied;
      },
    });
    const path = `tsyncio-${crypto.randomUUID()}.sock`;
    const { reports } = await runReported(async () => await closeServer(await startUnixServer(echo, path)), {
      runtime: runtimeWithUnix(stubborn),
    });
    fs.unlinkSync(path);
    assert.deepEqual(reports.map(({ message, exception }) => [message, exception]), [
      [`Unable to clean up the listening socket ${path}`, denied],
    ]);
  });
});
