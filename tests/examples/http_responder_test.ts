import { readFileSync } from "node:fs";
import { openConnection, run, type StreamReader, type StreamWriter, until } from "../../mod.ts";
import { absent, startForeign } from "../_kit/foreign.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { type Ended, startProgram } from "../_kit/program.ts";

const RESPONDER = new URL("../../docs/examples/http_responder.ts", import.meta.url);

/** Runs the responder on a free port, and ends it as Ctrl-C does; gives how that went. */
async function responding(body: (port: number, interrupt: () => void) => PromiseLike<unknown>): Promise<Ended> {
  const program = startProgram(RESPONDER, { args: ["0"] });
  let interrupted = false;
  const interrupt = (): void => {
    if (!interrupted) program.kill("SIGINT");
    interrupted = true;
  };
  try {
    const port = Number((await program.find(/:(\d+)\/\n/))[1]);
    await body(port, interrupt);
    interrupt();
    return await program.ended;
  } finally {
    program.kill("SIGKILL");
  }
}

function assertOrderly({ code, stdout, stderr }: Ended): void {
  assert.match(stdout, /\nall connections are closed\n$/);
  assert.deepEqual({ code, stderr }, { code: 130, stderr: "" });
}

async function curl(...args: readonly string[]): Promise<string> {
  const program = startForeign("curl", ["-sS", "--max-time", "10", ...args]);
  assert.equal(await program.ended, 0, program.output());
  return program.output();
}

/** Talks to the responder by hand. */
function byHand<T>(port: number, talk: (reader: StreamReader, writer: StreamWriter) => Promise<T>): Promise<T> {
  return run(async () => {
    const [reader, writer] = await openConnection("127.0.0.1", port);
    const result = await talk(reader, writer);
    writer.close();
    await writer.waitClosed();
    return result;
  });
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("the HTTP responder", () => {
  const skip = absent("curl", ["--version"]);

  it("is understood by curl: bodies both ways, connections that are kept, a file, what is not there", async () => {
    assertOrderly(
      await responding(async (port) => {
        const at = (path: string) => `http://127.0.0.1:${port}${path}`;
        assert.equal(await curl(at("/")), "hello\n");
        assert.match(await curl("-I", at("/")), /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*Content-Length: 6\r\n/);
        const body = "0123456789".repeat(200_000);
        const program = startForeign("curl", ["-sS", "--max-time", "10", "--data-binary", "@-", at("/echo")]);
        program.write(body); // curl asks first whether it may send so much
        program.end();
        assert.equal(await program.ended, 0);
        assert.equal(program.output(), body);
        assert.equal(
          await curl("-w", "%{num_connects}\n", at("/"), at("/"), at("/nowhere")),
          "hello\n1\nhello\n0\n/nowhere: no such thing\n0\n",
        );
        assert.equal(await curl(at("/source")), readFileSync(RESPONDER, "utf8"));
        assert.equal(await curl("-0", "-w", "%{http_code}", "-X", "DELETE", at("/")), "/: no such thing\n405");
      }),
    );
  }, { skip });

  it("is understood by fetch, many at once", async () => {
    assertOrderly(
      await responding(async (port) => {
        const echoes = Array.from({ length: 40 }, async (_, i) => {
          const response = await fetch(`http://127.0.0.1:${port}/echo`, { method: "POST", body: `${i} `.repeat(5000) });
          assert.equal(response.status, 200);
          return await response.text();
        });
        for (const [i, echo] of (await Promise.all(echoes)).entries()) assert.equal(echo, `${i} `.repeat(5000));
      }),
    );
  }, { sanitize: false }); // fetch keeps its connections

  it("refuses what is no HTTP, and what is too large, and says so", async () => {
    assertOrderly(
      await responding(async (port) => {
        const ask = (request: string) =>
          byHand(port, async (reader, writer) => {
            writer.write(request);
            writer.writeEof();
            return text(await reader.read()).split("\r\n")[0];
          });
        assert.equal(await ask("hello\r\n\r\n"), "HTTP/1.1 400 Bad Request");
        assert.equal(await ask("GET / HTTP/1.1\r\nno header\r\n\r\n"), "HTTP/1.1 400 Bad Request");
        assert.equal(await ask("GET / HT"), "HTTP/1.1 400 Bad Request");
        assert.equal(await ask(`GET / HTTP/1.1\r\n${"x: y\r\n".repeat(10_000)}`), "HTTP/1.1 431 Request Header Fields Too Large");
        assert.equal(await ask("POST /echo HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n"), "HTTP/1.1 413 Content Too Large");
        assert.equal(await ask("POST /echo HTTP/1.1\r\ncontent-length: 9\r\n\r\nshort"), "");
        assert.equal(await ask(""), "");
      }),
    );
  });

  it("interrupted, closes idle connections, and answers the request that is under way", async () => {
    assertOrderly(
      await responding((port, interrupt) =>
        byHand(port, async (reader, writer) => {
          const [idleReader, idleWriter] = await openConnection("127.0.0.1", port);
          idleWriter.write("GET / HTTP/1.1\r\n\r\n");
          assert.match(text(await idleReader.readUntil("hello\n")), /keep-alive/);
          writer.write("POST /echo HTTP/1.1\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n01234");
          await reader.readUntil("100 Continue\r\n\r\n");
          interrupt();
          assert.equal((await idleReader.read()).length, 0);
          idleWriter.close();
          writer.write("56789");
          assert.match(text(await reader.read()), /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*Connection: close\r\n\r\n0123456789$/);
        })
      ),
    );
  });

  it("interrupted, waits a second for a client that goes no further", async () => {
    assertOrderly(
      await responding((port, interrupt) =>
        byHand(port, async (reader, writer) => {
          writer.write("POST /echo HTTP/1.1\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n01234");
          await reader.readUntil("100 Continue\r\n\r\n");
          interrupt();
          await until(reader.read().then(() => {}, () => {})); // an end or a reset
        })
      ),
    );
  });
});
