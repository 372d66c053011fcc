/** What every UnixDriver must do, over real sockets. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectionRefusedError, FileNotFoundError, OSError } from "../../src/errors.ts";
import type {
  Abandon,
  AcceptError,
  ConnectOptions,
  ListenerHandle,
  ListenOptions,
  NetDriver,
  Outcome,
  SocketHandle,
} from "../../src/runtime/net_driver.ts";
import type { UnixDriver, UnixListenOptions } from "../../src/runtime/unix_driver.ts";
import { afterEach, assert, beforeEach, describe, it } from "../_kit/mod.ts";
import { checkConnections } from "./check_net.ts";
import { ascii, Recorder } from "./net_peer.ts";

/** The suite. */
export function checkUnix(name: string, make: () => UnixDriver): void {
  checkConnections(name, () => new PathNet(make()));
  checkFiles(name, make);
}

/** Paths in place of ports: the suite for connections speaks of these. */
class PathNet implements NetDriver {
  readonly #unix: UnixDriver;
  readonly #paths = new Map<number, string>();

  constructor(unix: UnixDriver) {
    this.#unix = unix;
  }

  connect({ port }: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon {
    return this.#unix.connect(this.#paths.get(port)!, outcome);
  }

  listen(
    { backlog }: ListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    const port = this.#paths.size + 1;
    const path = join(fs.mkdtempSync(join(tmpdir(), "tsyncio-")), "s");
    this.#paths.set(port, path);
    return this.#unix.listen({ path, backlog }, onConnection, (error, listener) => {
      if (error !== null) return outcome(error, null);
      const close = (closed?: () => void): void => {
        fs.rmSync(join(path, ".."), { recursive: true, force: true });
        listener!.close(closed);
      };
      outcome(null, { address: { host: "127.0.0.1", port, family: "IPv4" }, native: listener!.native, close });
    }, onError);
  }

  lookup(): Abandon {
    throw new Error("nobody asks for names here");
  }
}

function connect(unix: UnixDriver, path: string): Promise<SocketHandle> {
  return new Promise((resolve, reject) => {
    unix.connect(path, (error, socket) => error === null ? resolve(socket!) : reject(error));
  });
}

function listen(
  unix: UnixDriver,
  options: Partial<UnixListenOptions> & { readonly path: string },
  onConnection: (socket: SocketHandle) => void = (socket) => socket.close(),
): Promise<ListenerHandle> {
  return new Promise((resolve, reject) => {
    unix.listen({ backlog: 16, ...options }, onConnection, (error, listener) => error === null ? resolve(listener!) : reject(error));
  });
}

function closed(listener: ListenerHandle): Promise<void> {
  return new Promise((resolve) => listener.close(resolve));
}

async function failure(promise: Promise<unknown>): Promise<OSError> {
  const error = await promise.then(() => null, (error: unknown) => error);
  assert.ok(error instanceof OSError, String(error));
  return error;
}

function checkFiles(name: string, make: () => UnixDriver): void {
  describe(`${name}: paths`, () => {
    let folder = "";
    beforeEach(() => {
      folder = fs.mkdtempSync(join(tmpdir(), "tsyncio-"));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    it("are the addresses, and tell their outcome later, never during the call", async () => {
      const unix = make();
      const path = join(folder, "s");
      let inside = true;
      const accepted = Promise.withResolvers<SocketHandle>();
      const listener = await new Promise<ListenerHandle>((resolve, reject) => {
        unix.listen({ path, backlog: 8 }, accepted.resolve, (error, listener) => {
          assert.equal(inside, false);
          if (error === null) resolve(listener!);
          else reject(error);
        });
        inside = false;
      });
      inside = true;
      const client = await new Promise<SocketHandle>((resolve, reject) => {
        unix.connect(path, (error, socket) => inside || error !== null ? reject(error ?? new Error("inside")) : resolve(socket!));
        inside = false;
      });
      const server = await accepted.promise;
      assert.deepEqual([listener.address, server.localAddress, client.remoteAddress], [{ path }, { path }, { path }]);
      assert.deepEqual([server.remoteAddress, client.localAddress], [{ path: "" }, { path: "" }]);
      assert.ok(client.native !== undefined && listener.native !== undefined);
      const atClient = new Recorder();
      const atServer = new Recorder();
      client.start(atClient);
      server.start(atServer);
      client.write(ascii("hello"));
      await atServer.until(() => atServer.received === 5);
      client.close(true);
      await atServer.until(() => atServer.ended);
      server.close();
      await Promise.all([atClient.untilClosed(), atServer.untilClosed(), closed(listener)]);
    });

    it("are refused where something is, which is left alone", async () => {
      const unix = make();
      const path = join(folder, "s");
      fs.writeFileSync(path, "precious");
      const error = await failure(listen(unix, { path }));
      assert.deepEqual([error.code, error.path], ["EADDRINUSE", path]);
      assert.match(error.message, /^Cannot listen on .+\/s: the address is in use \(EADDRINUSE\)$/);
      assert.equal(fs.readFileSync(path, "utf8"), "precious");
      assert.deepEqual(fs.readdirSync(folder), ["s"]);
    });

    it("stay when the listener is closed, whatever is there", async () => {
      const unix = make();
      const path = join(folder, "s");
      const first = await listen(unix, { path });
      assert.deepEqual(fs.readdirSync(folder), ["s"]);
      await closed(first);
      assert.deepEqual(unix.look(path)?.isSocket, true);
      assert.ok(await failure(connect(unix, path)) instanceof ConnectionRefusedError);
      unix.remove(path);
      const second = await listen(unix, { path });
      fs.unlinkSync(path);
      fs.writeFileSync(path, "somebody else's");
      await closed(second);
      assert.equal(fs.readFileSync(path, "utf8"), "somebody else's");
    });

    it("tell what is missing, or in the way", async () => {
      const unix = make();
      assert.ok(await failure(connect(unix, join(folder, "none"))) instanceof FileNotFoundError);
      const missing = join(folder, "none", "s");
      for (const attempt of [() => connect(unix, missing), () => listen(unix, { path: missing })]) {
        const error = await failure(attempt());
        assert.ok(error instanceof FileNotFoundError, String(error));
        assert.deepEqual([error.code, error.path, error.cause instanceof Error], ["ENOENT", missing, true]);
      }
    });

    it("have the mode that is asked for", async () => {
      const unix = make();
      for (const mode of [0o600, 0o777, 0]) {
        const path = join(folder, `s${mode}`);
        const listener = await listen(unix, { path, mode });
        assert.equal(fs.statSync(path).mode & 0o777, mode);
        await closed(listener);
      }
    });

    it("that were abandoned tell nothing, and leave nothing", async () => {
      const unix = make();
      const path = join(folder, "s");
      const never = (): void => {
        throw new Error("it was told");
      };
      unix.listen({ path, backlog: 8 }, never, never)();
      const listener = await listen(unix, { path });
      unix.connect(path, never)();
      unix.connect(join(folder, "none"), never)();
      const socket = await connect(unix, path);
      socket.close();
      await closed(listener);
      assert.deepEqual(fs.readdirSync(folder), ["s"]);
    });

    it("have room for the longest of names, and for the shortest in the deepest folder", async () => {
      const unix = make();
      const deepest = join(folder, "d".repeat(unix.longestPath - 3 - folder.length));
      fs.mkdirSync(deepest);
      for (const path of [join(deepest, "s"), join(folder, "l".repeat(unix.longestPath - folder.length - 1))]) {
        assert.equal(path.length, unix.longestPath);
        const listener = await listen(unix, { path });
        (await connect(unix, path)).close();
        await closed(listener);
        assert.ok(unix.look(path)?.isSocket);
      }
    });

    it("have room where all names but one are taken", async () => {
      const unix = make();
      const deepest = join(folder, "d".repeat(unix.longestPath - 3 - folder.length));
      fs.mkdirSync(deepest);
      const taken = [..."abcdefghijklmnopqrtuvwxyz012345689"]; // neither "s", which is asked for, nor "7"
      for (const letter of taken) fs.writeFileSync(join(deepest, letter), "");
      await closed(await listen(unix, { path: join(deepest, "s") }));
      assert.deepEqual(fs.readdirSync(deepest).sort(), [...taken, "s"].sort());
    });

    it("can be looked at, links not followed, and removed", () => {
      const unix = make();
      const [file, same, link] = ["file", "same", "link"].map((name) => join(folder, name)) as [string, string, string];
      assert.equal(unix.look(file), null);
      fs.writeFileSync(file, "");
      fs.linkSync(file, same);
      fs.symlinkSync(file, link);
      assert.deepEqual(unix.look(file), { isSocket: false, identity: unix.look(same)!.identity });
      assert.notEqual(unix.look(link)!.identity, unix.look(file)!.identity);
      unix.remove(link);
      assert.deepEqual(fs.readdirSync(folder).sort(), ["file", "same"]);
      assert.throws(() => unix.remove(link), FileNotFoundError);
      assert.throws(() => unix.look(join(file, "below")), { code: "ENOTDIR", path: join(file, "below") });
    });
  });

  describe(`${name}: abstract names`, () => {
    it("are as good as paths, without files", async () => {
      const unix = make();
      if (!unix.abstractNames) return;
      const path = `\0tsyncio-${crypto.randomUUID()}`;
      const listener = await listen(unix, { path });
      assert.deepEqual(listener.address, { path });
      assert.equal((await failure(listen(unix, { path }))).code, "EADDRINUSE");
      const socket = await connect(unix, path);
      assert.deepEqual(socket.remoteAddress, { path });
      socket.close();
      await closed(listener);
      const error = await failure(connect(unix, path));
      assert.ok(error instanceof ConnectionRefusedError);
      assert.match(error.message, /^Cannot connect to @tsyncio-/);
      await closed(await listen(unix, { path }));
    });
  });
}
