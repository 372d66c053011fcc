import * as fs from "node:fs";
import { createConnection as connectByHost, createServer as createHostServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ConnectionRefusedError,
  createTask,
  FileNotFoundError,
  gather,
  getRunningLoop,
  isCancelled,
  openUnixConnection,
  OSError,
  Protocol,
  sleep,
  startUnixServer,
  type StreamWriter,
  UnsupportedOperationError,
  until,
} from "../../mod.ts";
import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import { absent, startForeign } from "../_kit/foreign.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { leavingNoSockets } from "./_descriptors.ts";
import { LoggingProtocol, runQuietly } from "./_support.ts";
import { asClient, closeServer, closeWriter, echo, failureOf, openIn, serverContext } from "./_tls_support.ts";
import { abstractName, changedUnix, exchange, inFolder, longPath, runtimeWithUnix, staleSocket } from "./_unix_support.ts";

const PYTHON = fileURLToPath(new URL("./_python_unix.py", import.meta.url));

describe("unix sockets", () => {
  it("carry streams, and tell their paths", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const loop = getRunningLoop();
      const peer = new LoggingProtocol();
      const server = await loop.createUnixServer(() => peer, path);
      assert.deepEqual(server.sockets.map(({ address }) => address), [{ host: "", port: 0, path }]);
      const [transport, protocol] = await loop.createUnixConnection(() => new LoggingProtocol(), path);
      assert.deepEqual(protocol.log, ["made"]);
      assert.deepEqual(transport.getExtraInfo("peername"), { path });
      assert.deepEqual(transport.getExtraInfo("sockname"), { path: "" });
      assert.ok(transport.getExtraInfo("socket") !== undefined);
      transport.write("hello");
      transport.close();
      server.close();
      await server.waitClosed();
      assert.deepEqual(peer.transport!.getExtraInfo("sockname"), { path });
      assert.deepEqual(peer.transport!.getExtraInfo("peername"), { path: "" });
      assert.deepEqual(peer.log, ["made", "data hello", "eof", "lost"]);
      assert.deepEqual(fs.readdirSync(folder), []);
    }));

  it("carry much both ways, with flow control", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const server = await startUnixServer(echo, path);
      const [reader, writer] = await openUnixConnection(path);
      const sent = Uint8Array.from({ length: 5_000_000 }, (_, index) => index * 7);
      const send = async () => {
        for (let at = 0; at < sent.length; at += 100_000) {
          writer.write(sent.subarray(at, at + 100_000));
          await writer.drain();
        }
        writer.writeEof();
      };
      const [, received] = await gather([send, async () => await reader.read()]);
      assert.deepEqual(received, sent);
      await closeWriter(writer);
      await closeServer(server);
    }));

  it("can be aborted, by a reset too, for which there is no such thing here", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const peer = new LoggingProtocol();
      const server = await getRunningLoop().createUnixServer(() => peer, path);
      const [transport, protocol] = await getRunningLoop().createUnixConnection(() => new LoggingProtocol(), path);
      transport.abort({ reset: true });
      await closeServer(server);
      assert.deepEqual([protocol.log, peer.log], [["made", "lost"], ["made", "eof", "lost"]]);
    }));

  it("carry TLS, whose name has to be given", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const server = await startUnixServer(echo, path, { ssl: serverContext() });
      await exchange(path, asClient());
      const { ssl } = asClient();
      assert.throws(() => void openUnixConnection(path, { ssl }), /serverHostname has to be given/);
      await closeServer(server);
    }));

  it("serve and ask peers that are the host's own", () =>
    inFolder(async (folder) => {
      const path = join(folder, "ours");
      const server = await startUnixServer(echo, path);
      const client = connectByHost(path);
      const answer = new Promise<string>((resolve) => client.once("data", (data) => resolve(String(data))));
      client.write("from the host");
      assert.equal(await until(answer), "from the host");
      client.destroy();
      await closeServer(server);

      const hosts = createHostServer((socket) => socket.pipe(socket));
      await until(new Promise<void>((resolve) => hosts.listen(join(folder, "hosts"), resolve)));
      await exchange(join(folder, "hosts"));
      await until(new Promise((resolve) => hosts.close(resolve)));
    }));

  it("can be paths of their own folder, and as long as the system takes", () =>
    inFolder(async (folder) => {
      const longest = longPath(folder, 107);
      const deep = longPath(folder, 105);
      fs.mkdirSync(deep);
      for (const path of [longest, join(deep, "s")]) {
        assert.equal(path.length, 107);
        const server = await startUnixServer(echo, path);
        await exchange(path);
        await closeServer(server);
        assert.equal(fs.existsSync(path), false);
      }
      assert.deepEqual([fs.readdirSync(folder).length, fs.readdirSync(deep)], [1, []]);
    }));

  it("can be relative paths", () =>
    runQuietly(async () => {
      const path = `tsyncio-${crypto.randomUUID()}.sock`;
      const server = await startUnixServer(echo, path);
      assert.ok(fs.lstatSync(path).isSocket());
      await exchange(path);
      await closeServer(server);
      assert.equal(fs.existsSync(path), false);
    }));
});

describe("unix sockets with abstract names", () => {
  const { abstractNames } = defaultRuntime().unix!;

  it("are no files", () =>
    runQuietly(async () => {
      if (!abstractNames) return assert.ok(await failureOf(() => openUnixConnection(abstractName())) instanceof UnsupportedOperationError);
      const path = abstractName();
      await leavingNoSockets(async () => {
        const server = await startUnixServer(echo, path);
        assert.deepEqual(server.sockets[0]!.address.path, path);
        await exchange(path);
        const error = await failureOf(() => startUnixServer(echo, path));
        assert.ok(error instanceof OSError);
        assert.equal(error.code, "EADDRINUSE");
        await closeServer(server);
        assert.ok(await failureOf(() => openUnixConnection(path)) instanceof ConnectionRefusedError);
        const second = await startUnixServer(echo, path);
        await exchange(path);
        await closeServer(second);
      });
    }));

  it("are refused where the host has none, and so are unix sockets", async () => {
    const none = new RegExp(`^Cannot connect to /tmp/s: the ${runtimeName} runtime has no unix sockets here$`);
    await runQuietly(async () => {
      for (const call of [() => openUnixConnection("\0name"), () => startUnixServer(echo, "\0name")]) {
        const error = await failureOf(call);
        assert.ok(error instanceof UnsupportedOperationError);
        assert.match(error.message, /^Cannot .+ @name: .+ has no abstract names here$/);
      }
    }, { runtime: runtimeWithUnix(changedUnix({ abstractNames: false })) });
    await runQuietly(async () => {
      const error = await failureOf(() => openUnixConnection("/tmp/s"));
      assert.ok(error instanceof UnsupportedOperationError);
      assert.match(error.message, none);
    }, { runtime: runtimeWithUnix(undefined) });
  });
});

describe("errors of unix sockets", () => {
  it("say what is wrong, as in Python", () =>
    inFolder(async (folder) => {
      const missing = join(folder, "missing", "s");
      const loop = getRunningLoop();
      for (
        const call of [
          () => openUnixConnection(join(folder, "none")),
          () => openUnixConnection(missing),
          () => startUnixServer(echo, missing),
          () => loop.createUnixServer(() => new Protocol(), missing),
          () => loop.createUnixConnection(() => new Protocol(), missing),
        ]
      ) {
        const error = await failureOf(call);
        assert.ok(error instanceof FileNotFoundError, String(error));
        assert.equal(error.code, "ENOENT");
        assert.ok([join(folder, "none"), missing].includes(error.path!));
        assert.ok(error.cause instanceof Error);
      }
      fs.writeFileSync(join(folder, "file"), "");
      assert.ok(await failureOf(() => openUnixConnection(join(folder, "file"))) instanceof ConnectionRefusedError);
      const under = await failureOf(() => startUnixServer(echo, join(folder, "file", "s")));
      assert.deepEqual([under instanceof OSError, under.code], [true, "ENOTDIR"]);
      assert.deepEqual(fs.readdirSync(folder), ["file"]);
    }));

  it("tell of paths that are too long, in bytes", () =>
    inFolder(async (folder) => {
      for (const path of [longPath(folder, 108), join(folder, "é".repeat(60)), `\0${"n".repeat(107)}`]) {
        if (path.startsWith("\0") && !defaultRuntime().unix!.abstractNames) continue;
        for (const call of [() => openUnixConnection(path), () => startUnixServer(echo, path)]) {
          const error = await failureOf(call);
          assert.ok(error instanceof OSError);
          assert.equal(error.code, "ENAMETOOLONG");
          assert.match(error.message, /the path has \d+ bytes, 107 are the most/);
        }
      }
      assert.deepEqual(fs.readdirSync(folder), []);
    }));

  it("refuse bad arguments at the call", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const factory = () => new Protocol();
      for (const path of [7, null, undefined, new URL("file:///s")]) {
        assert.throws(() => void openUnixConnection(path as never), TypeError);
        assert.throws(() => void startUnixServer(echo, path as never), TypeError);
        assert.throws(() => void loop.createUnixConnection(factory, path as never), TypeError);
        assert.throws(() => void loop.createUnixServer(factory, path as never), TypeError);
      }
      for (const path of ["", "/tmp/a\0b"]) {
        assert.throws(() => void openUnixConnection(path), RangeError);
        assert.throws(() => void startUnixServer(echo, path), RangeError);
      }
      assert.throws(() => void startUnixServer(null as never, "/s"), TypeError);
      assert.throws(() => void loop.createUnixServer(null as never, "/s"), TypeError);
      assert.throws(() => void openUnixConnection("/s", { limit: 0 }), RangeError);
      assert.throws(() => void openUnixConnection("/s", { serverHostname: "x" }), RangeError);
      for (const backlog of [0, -1, 1.5]) assert.throws(() => void startUnixServer(echo, "/s", { backlog }), RangeError);
      for (const mode of [-1, 0o1000, 1.5, NaN]) assert.throws(() => void startUnixServer(echo, "/s", { mode }), RangeError);
      assert.throws(() => void startUnixServer(echo, "/s", { mode: "600" as never }), TypeError);
      assert.throws(() => void startUnixServer(echo, "\0s", { mode: 0o600 }), RangeError);
      await sleep(0);
    }));
});

describe("what is cancelled", () => {
  it("leaves no server and no file, at any of its turns", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      for (const stale of [false, true]) {
        let done = false;
        for (let wait = 0; !done; wait++) {
          if (stale) await staleSocket(path);
          const loop = getRunningLoop();
          const before = openIn(loop);
          const task = createTask(() => startUnixServer(echo, path));
          for (let i = 0; i < wait; i++) await sleep(0);
          done = !task.cancel();
          if (done) await closeServer(await task);
          else assert.ok(isCancelled(await failureOf(() => task)));
          if (fs.existsSync(path)) {
            assert.ok(stale, `a file is left after ${wait} turns`); // it was not looked at yet
            fs.unlinkSync(path);
          }
          assert.deepEqual(fs.readdirSync(folder), [], `cancelled after ${wait} turns`);
          assert.equal(openIn(loop), before);
          assert.ok(wait < 100_000);
        }
      }
    }));

  it("leaves no connection, at any of its turns", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const loop = getRunningLoop();
      const before = openIn(loop);
      const server = await startUnixServer(echo, path);
      let done = false;
      for (let wait = 0; !done; wait++) {
        const task = createTask(() => openUnixConnection(path));
        for (let i = 0; i < wait; i++) await sleep(0);
        done = !task.cancel();
        if (done) await closeWriter((await task)[1]);
        else assert.ok(isCancelled(await failureOf(() => task)));
        await until(new Promise((resolve) => setImmediate(resolve))); // for the server to accept what was abandoned
        assert.ok(wait < 100_000);
      }
      await closeServer(server);
      assert.equal(openIn(loop), before);
    }));
});

describe("with CPython's asyncio", () => {
  const skip = absent("python3", ["--version"]);

  for (const [kind, pathIn] of [["file", (folder: string) => join(folder, "s")], ["abstract name", () => abstractName()]] as const) {
    const missing = kind === "file" || defaultRuntime().unix!.abstractNames ? false : "no abstract names here";

    it(`a client is served, by a ${kind}`, () =>
      inFolder(async (folder) => {
        const path = pathIn(folder);
        const server = await startUnixServer(echo, path);
        const program = startForeign("python3", [PYTHON, "client", path.replace("\0", "@")]);
        assert.deepEqual([await until(program.ended), program.output().trim()], [0, "echoed"]);
        await closeServer(server);
      }), { skip: skip || missing });

    it(`a server answers, by a ${kind}`, () =>
      inFolder(async (folder) => {
        const path = pathIn(folder);
        const program = startForeign("python3", [PYTHON, "server", path.replace("\0", "@")]);
        await until(program.find(/listening/));
        await exchange(path);
        assert.deepEqual([await until(program.ended), program.output().trim().split("\n").at(-1)], [0, "closed"]);
        await closeServer(await startUnixServer(echo, path)); // CPython before 3.13 has left its file there
      }), { skip: skip || missing });
  }

  it("a server that takes no more is told from one that is gone", () =>
    inFolder(async (folder) => {
      const path = join(folder, "s");
      const program = startForeign("python3", [PYTHON, "deaf", path]);
      await until(program.find(/listening/));
      const writers: StreamWriter[] = [];
      const error = await failureOf(async () => {
        for (let i = 0; i < 10; i++) writers.push((await openUnixConnection(path))[1]);
      });
      assert.ok(error instanceof OSError);
      assert.equal(error.code, "EAGAIN");
      assert.match(error.message, /^Cannot connect to .+: there is no room for it at the moment \(EAGAIN\)$/);
      assert.equal((await failureOf(() => startUnixServer(echo, path))).code, "EADDRINUSE");
      program.end();
      assert.equal(await until(program.ended), 0);
      for (const writer of writers) writer.transport.abort();
      await closeServer(await startUnixServer(echo, path));
    }), { skip: skip || (runtimeName === "bun" ? "Bun calls every failure to connect a refusal" : false) });
});
