/**
 * A small HTTP/1.1 server over streams: connections that are kept, bodies, limits of size and time, a file sent as it is.
 *
 *     deno run -A docs/examples/http_responder.ts [PORT]      bun docs/examples/http_responder.ts [PORT]      node …
 *
 *     curl http://127.0.0.1:8080/            says hello
 *     curl -d words http://127.0.0.1:8080/echo      gives the body back
 *     curl http://127.0.0.1:8080/source      sends this file
 *
 * Ctrl-C ends it in an orderly way: no more connections are taken, idle ones are closed, and requests under way get a second to be answered.
 */
import process from "node:process";
import {
  ConnectionError,
  Event,
  getRunningLoop,
  IncompleteReadError,
  isCancelled,
  LimitOverrunError,
  run,
  type Server,
  startServer,
  type StreamReader,
  type StreamWriter,
  timeout,
  TimeoutError,
} from "../../mod.ts";

const IDLE = 10_000;
const GRACE = 1000;
const LARGEST_HEAD = 16 * 1024;
const LARGEST_BODY = 4 * 1024 * 1024;
const SOURCE = new URL(import.meta.url);
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  411: "Length Required",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
};

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Whether the client wants to go on with this connection. */
  readonly keep: boolean;
}

/** What cannot be answered otherwise. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(REASONS[status]);
    this.status = status;
  }
}

// ---------------------------------------------------------------- one request

/** The next request, null when the client has no more. */
async function readRequest(reader: StreamReader): Promise<Request | null> {
  let head: Uint8Array;
  try {
    head = await reader.readUntil("\r\n\r\n");
  } catch (error) {
    if (error instanceof LimitOverrunError) throw new Refusal(431);
    if (!(error instanceof IncompleteReadError)) throw error;
    if (error.partial.length > 0) throw new Refusal(400);
    return null;
  }
  const [first = "", ...lines] = new TextDecoder("latin1").decode(head).trimEnd().split("\r\n");
  const [, method, path, minor] = /^([A-Z]+) (\/\S*) HTTP\/1\.([01])$/.exec(first) ?? [];
  if (method === undefined || path === undefined) throw new Refusal(400);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Refusal(400);
    headers.set(name.toLowerCase(), value);
  }
  const connection = headers.get("connection")?.toLowerCase();
  return { method, path, headers, keep: minor === "1" ? connection !== "close" : connection === "keep-alive" };
}

async function readBody({ headers }: Request, reader: StreamReader, writer: StreamWriter): Promise<Uint8Array> {
  if (headers.has("transfer-encoding")) throw new Refusal(411);
  const length = headers.get("content-length") ?? "0";
  if (!/^\d+$/.test(length)) throw new Refusal(400);
  if (Number(length) > LARGEST_BODY) throw new Refusal(413);
  if (headers.get("expect") === "100-continue") writer.write("HTTP/1.1 100 Continue\r\n\r\n");
  return await reader.readExactly(Number(length));
}

function writeHead(writer: StreamWriter, status: number, type: string, length: number, keep: boolean): void {
  const connection = keep ? "keep-alive" : "close";
  writer.write(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: ${connection}\r\n\r\n`,
  );
}

function writeText(writer: StreamWriter, status: number, text: string, keep: boolean, bodyless = false): void {
  const body = new TextEncoder().encode(text);
  writeHead(writer, status, "text/plain; charset=utf-8", body.length, keep);
  if (!bodyless) writer.write(body);
}

async function respond(request: Request, body: Uint8Array, writer: StreamWriter, keep: boolean): Promise<void> {
  const { method, path } = request;
  const reads = method === "GET" || method === "HEAD";
  if (path === "/" && reads) writeText(writer, 200, "hello\n", keep, method === "HEAD");
  else if (path === "/echo" && method === "POST") {
    writeHead(writer, 200, request.headers.get("content-type") ?? "application/octet-stream", body.length, keep);
    writer.write(body);
  } else if (path === "/source" && method === "GET") {
    writer.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n");
    await getRunningLoop().sendfile(writer.transport, SOURCE); // its length is told by the end of the connection
  } else writeText(writer, ["/", "/echo", "/source"].includes(path) ? 405 : 404, `${path}: no such thing\n`, keep);
  await writer.drain();
}

// ---------------------------------------------------------------- connections

class Responder {
  /** Connections that wait for a request. */
  readonly #idle = new Set<StreamWriter>();
  #stopping = false;

  readonly serve = async (reader: StreamReader, writer: StreamWriter): Promise<void> => {
    try {
      while (await this.#serveOne(reader, writer));
    } catch (error) {
      if (error instanceof Refusal) writeText(writer, error.status, `${error.message}\n`, false);
      else if (!isGone(error)) throw error;
    } finally {
      writer.close();
    }
  };

  /** Whether another request may follow. */
  async #serveOne(reader: StreamReader, writer: StreamWriter): Promise<boolean> {
    this.#idle.add(writer);
    let request: Request | null;
    try {
      request = await timeout(IDLE, () => readRequest(reader));
    } finally {
      this.#idle.delete(writer);
    }
    if (request === null) return false;
    const body = await timeout(IDLE, () => readBody(request, reader, writer));
    const keep = request.keep && request.path !== "/source" && !this.#stopping;
    await respond(request, body, writer, keep);
    return keep;
  }

  /** Connections end after the request that is under way; those that wait for one end now. */
  stop(): void {
    this.#stopping = true;
    for (const writer of this.#idle) writer.close();
  }
}

/** The client has gone, or says nothing. */
function isGone(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof IncompleteReadError || error instanceof TimeoutError;
}

async function main(): Promise<void> {
  const responder = new Responder();
  const server = await startServer(responder.serve, "127.0.0.1", Number(process.argv[2] ?? 8080), { limit: LARGEST_HEAD });
  console.log(`listening on http://127.0.0.1:${server.sockets[0]!.address.port}/`);
  try {
    await new Event().wait(); // until it is cancelled
  } finally {
    server.close();
    responder.stop();
    await endOf(server);
    console.log("all connections are closed");
  }
}

/** Waits until the connections have ended, but not for ever. */
async function endOf(server: Server): Promise<void> {
  try {
    await timeout(GRACE, () => server.waitClosed());
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    server.abortClients();
    await server.waitClosed();
  }
}

try {
  await run(main);
} catch (error) {
  if (!isCancelled(error)) throw error;
  process.exitCode = 130;
}
