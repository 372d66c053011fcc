import { readFileSync } from "node:fs";
import { connect as connectByHost, createServer as createHostServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { createTask, gather, openConnection, startServer, type StreamReader, type StreamWriter, until } from "../../mod.ts";
import { absent, type Foreign, startForeign } from "../_kit/foreign.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runQuietly, text } from "./_support.ts";
import {
  asClient,
  certFile,
  clientContext,
  closeServer,
  closeWriter,
  echo,
  failureOf,
  identity,
  portOf,
  serverContext,
  withEcho,
} from "./_tls_support.ts";

const PYTHON = fileURLToPath(new URL("./_python_tls.py", import.meta.url));
const SIZE = 3_000_000;

function pathOf(name: string): string {
  return fileURLToPath(certFile(name));
}

/** Runs a program beside `body`, and kills it if it does not end by itself. */
async function beside(program: Foreign, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    program.kill();
    await until(program.ended);
  }
}

/** Has much echoed. */
async function talk(reader: StreamReader, writer: StreamWriter): Promise<void> {
  const sent = Uint8Array.from({ length: SIZE }, (_, index) => index * 11);
  const send = async () => {
    for (let at = 0; at < sent.length; at += 50_000) {
      writer.write(sent.subarray(at, at + 50_000));
      await writer.drain();
    }
  };
  const [, received] = await gather([send, async () => await reader.readExactly(sent.length)]);
  assert.ok(received.every((byte, index) => byte === sent[index]));
  await closeWriter(writer);
}

const REQUIRED = { ca: certFile("ca.pem"), verifyMode: "required" } as const;

describe("with openssl", () => {
  const skip = absent("openssl", ["version"]);

  function client(port: number, ...args: string[]): Foreign {
    return startForeign("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", pathOf("ca.pem"), ...args]);
  }

  for (const version of ["-tls1_2", "-tls1_3"]) {
    it(`s_client ${version} is served, with its certificate, and both close well`, () =>
      runQuietly(async () => {
        const names: unknown[] = [];
        const handler = function* (reader: StreamReader, writer: StreamWriter) {
          names.push(writer.getExtraInfo("peercert")!.subject["CN"], writer.getExtraInfo("sslObject")!.version());
          yield* echo(reader, writer);
        };
        const server = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext(REQUIRED) });
        const program = client(
          portOf(server),
          version,
          "-verify_return_error",
          "-verify_hostname",
          "localhost",
          "-ign_eof",
          "-cert",
          pathOf("client.pem"),
          "-key",
          pathOf("client.key"),
        );
        await beside(program, async () => {
          program.write("hello\n");
          await until(program.find(/Verify return code: 0 \(ok\)/));
          await until(program.find(/hello$/m));
          server.closeClients();
          assert.equal(await until(program.ended), 0, program.output());
        });
        await closeServer(server);
        assert.deepEqual(names, ["client", version === "-tls1_2" ? "TLSv1.2" : "TLSv1.3"]);
      }), { skip });
  }

  it("s_client is refused without a certificate", () =>
    runQuietly(async () => {
      let served = 0;
      const server = await startServer(() => void served++, "127.0.0.1", 0, { ssl: serverContext(REQUIRED) });
      for (const args of [[], ["-cert", pathOf("stranger.pem"), "-key", pathOf("stranger.key")]]) {
        const program = client(portOf(server), "-ign_eof", ...args);
        await beside(program, async () => void await until(program.ended));
      }
      await closeServer(server);
      assert.equal(served, 0);
    }), { skip });

  it("s_client gets the certificate of the name that it asks for, and the protocol", () =>
    runQuietly(async () => {
      const ssl = serverContext({ alpnProtocols: ["two"], sni: { "elsewhere.example": identity("elsewhere") } });
      await withEcho(ssl, async (port) => {
        const program = client(port, "-servername", "elsewhere.example", "-alpn", "one,two");
        await beside(program, async () => {
          await until(program.find(/ALPN protocol: two/));
          await until(program.find(/subject=CN ?= ?elsewhere/));
          program.end();
          await until(program.ended);
        });
      });
    }), { skip });

  it("s_client cannot renegotiate", () =>
    runQuietly(async () => {
      const handler = async (reader: StreamReader, writer: StreamWriter) => {
        await reader.read().catch(() => {}); // the connection may be lost by it
        writer.close();
      };
      const server = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext() });
      const program = client(portOf(server), "-tls1_2");
      await beside(program, async () => {
        await until(program.find(/Verify return code/));
        program.write("R\n");
        await until(program.find(/RENEGOTIATING/));
        await until(program.ended);
        assert.match(program.output(), /no renegotiation|alert|unexpected eof|closed|write:errno/i);
      });
      await closeServer(server);
    }), { skip });

  it("s_client may change its keys, and ask for new ones (TLS 1.3)", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        const program = client(port, "-tls1_3");
        await beside(program, async () => {
          await until(program.find(/Verify return code/));
          for (const [command, said, word] of [["K", /KEYUPDATE/, "after"], ["k", /KEYUPDATE[^]*KEYUPDATE/, "again"]] as const) {
            program.write(`${command}\n`);
            await until(program.find(said));
            program.write(`${word}\n`);
            await until(program.find(new RegExp(`^${word}$`, "m")));
          }
          program.end();
          assert.equal(await until(program.ended), 0, program.output());
        });
      })
    ), { skip });

  it("s_client may come back with a session", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        const program = client(port, "-tls1_2", "-reconnect");
        await beside(program, async () => {
          await until(program.find(/(Reused|New), (?:[^]*(Reused|New), ){5}/));
          program.end();
          assert.equal(await until(program.ended), 0, program.output());
        });
      })
    ), { skip });

  it("s_server may change its keys, and ask for new ones (TLS 1.3)", () =>
    runQuietly(async () => {
      const args = ["-accept", "127.0.0.1:0", "-cert", pathOf("localhost.pem"), "-key", pathOf("localhost.key"), "-tls1_3"];
      const program = startForeign("openssl", ["s_server", ...args]);
      await beside(program, async () => {
        const port = Number((await until(program.find(/ACCEPT .*:(\d+)/)))[1]);
        const [reader, writer] = await openConnection("127.0.0.1", port, asClient());
        await until(program.find(/CIPHER is/));
        for (const command of ["K", "k"]) {
          program.write(`${command}\n`);
          const heard = createTask(async () => {
            while (text(await reader.readLine()) !== `after ${command}\n`);
          });
          // It says nothing of having done that, and what comes together with a command is taken for a part of it.
          for (let round = 0; !heard.done() && round < 1000; round++) {
            program.write(`after ${command}\n`);
            writer.write(`${command}${round};\n`);
            await until(program.find(new RegExp(`${command}${round};`)));
          }
          await heard;
        }
        await closeWriter(writer);
      });
    }), { skip });

  it("s_server is understood, and asks for a certificate", () =>
    runQuietly(async () => {
      const args = ["-accept", "127.0.0.1:0", "-cert", pathOf("localhost.pem"), "-key", pathOf("localhost.key"), "-rev"];
      const program = startForeign("openssl", ["s_server", ...args, "-Verify", "1", "-verify_return_error", "-CAfile", pathOf("ca.pem")]);
      await beside(program, async () => {
        const port = Number((await until(program.find(/ACCEPT .*:(\d+)/)))[1]);
        const [reader, writer] = await openConnection("127.0.0.1", port, asClient(identity("client")));
        writer.write("abc\n");
        assert.equal(text(await reader.readLine()), "cba\n");
        await closeWriter(writer);
        const [refused, writer2] = await openConnection("127.0.0.1", port, asClient(identity("stranger")));
        const error = await failureOf(async () => {
          if ((await refused.read()).length === 0) throw new Error("the end");
        });
        assert.ok(["SSLError", "ConnectionResetError", "Error"].includes(error.name), String(error));
        await closeWriter(writer2).catch(() => {});
      });
    }), { skip });
});

describe("with CPython's asyncio", () => {
  const skip = absent("python3", ["-c", "import asyncio, ssl, sys; sys.exit(sys.version_info < (3, 11))"]);

  for (const way of ["at once", "upgrade"]) {
    it(`its server is understood, and both close well: TLS ${way}`, () =>
      runQuietly(async () => {
        const program = startForeign("python3", [PYTHON, "server", way]);
        await beside(program, async () => {
          const port = Number((await until(program.find(/port (\d+)/)))[1]);
          const options = asClient(identity("client"));
          const [reader, writer] = await openConnection("127.0.0.1", port, way === "upgrade" ? {} : options);
          if (way === "upgrade") {
            writer.write("starttls\n");
            assert.equal(text(await reader.readLine()), "go\n");
            await writer.startTls(options.ssl, { serverHostname: "localhost" });
          }
          await talk(reader, writer);
          await until(program.find(/closed well/));
          assert.match(program.output(), /peer client/);
        });
      }), { skip });

    it(`its client is served, and both close well: TLS ${way}`, () =>
      runQuietly(async () => {
        const names: unknown[] = [];
        const ssl = serverContext(REQUIRED);
        const handler = function* (reader: StreamReader, writer: StreamWriter) {
          if (way === "upgrade") {
            yield* reader.readLine();
            writer.write("go\n");
            yield* writer.startTls(ssl);
          }
          names.push(writer.getExtraInfo("peercert")!.subject["CN"]);
          yield* echo(reader, writer);
        };
        const server = await startServer(handler, "127.0.0.1", 0, way === "upgrade" ? {} : { ssl });
        const program = startForeign("python3", [PYTHON, "client", way, String(portOf(server))]);
        await beside(program, async () => {
          assert.equal(await until(program.ended), 0, program.output());
          assert.match(program.output(), /the same\s+closed well/);
        });
        await closeServer(server);
        assert.deepEqual(names, ["client"]);
      }), { skip });
  }
});

describe("with node:tls of the same host", () => {
  const own = { cert: readFileSync(certFile("localhost.pem")), key: readFileSync(certFile("localhost.key")) };
  const ca = readFileSync(certFile("ca.pem"));

  it("its server is understood", () =>
    runQuietly(async () => {
      const server = createHostServer({ ...own }, (socket) => {
        socket.on("error", () => {});
        socket.on("data", (chunk) => {
          if (!socket.write(chunk)) {
            socket.pause();
            socket.once("drain", () => socket.resume());
          }
        });
      });
      await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
      const { port } = server.address() as { port: number };
      const [reader, writer] = await openConnection("127.0.0.1", port, { ssl: clientContext() });
      await talk(reader, writer);
      await until(new Promise<void>((resolve) => server.close(() => resolve())));
    }));

  it("its client is served", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        const socket = connectByHost({ port, host: "127.0.0.1", servername: "localhost", ca });
        const answer = new Promise<string>((resolve, reject) => {
          let all = "";
          socket.on("error", reject);
          socket.on("data", (chunk) => {
            all += text(new Uint8Array(chunk));
            if (all.length === 200_000) resolve(all);
          });
          socket.on("secureConnect", () => socket.write("x".repeat(200_000)));
        });
        assert.equal(await until(answer), "x".repeat(200_000));
        const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
        socket.end();
        await until(closed);
      })
    ));
});
