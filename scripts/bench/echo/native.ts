/** Echo servers on what a runtime offers: `native.ts node:net|Deno.listen|Bun.listen`. Prints its port. */

import * as net from "node:net";
import process from "node:process";
import { printServing } from "./serving.ts";

interface DenoConn {
  read(buffer: Uint8Array): Promise<number | null>;
  write(chunk: Uint8Array): Promise<number>;
  setNoDelay(): void;
  close(): void;
}

interface BunSocket {
  data: Uint8Array[];
  write(chunk: Uint8Array): number;
}

const host = globalThis as unknown as {
  readonly Deno: { listen(options: object): AsyncIterable<DenoConn> & { readonly addr: { readonly port: number } } };
  readonly Bun: { listen(options: object): { readonly port: number } };
};

const HOSTNAME = "127.0.0.1";
const BACKLOG = 4096;
const READ_SIZE = 65_536;

function serveByNode(): void {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    socket.on("drain", () => socket.resume());
    socket.on("data", (data) => {
      if (!socket.write(data)) socket.pause();
    });
  });
  server.listen({ host: HOSTNAME, port: 0, backlog: BACKLOG }, () => printServing((server.address() as net.AddressInfo).port));
}

async function serveByDeno(): Promise<void> {
  const listener = host.Deno.listen({ hostname: HOSTNAME, port: 0, tcpBacklog: BACKLOG });
  printServing(listener.addr.port);
  for await (const conn of listener) void echo(conn);
}

async function echo(conn: DenoConn): Promise<void> {
  conn.setNoDelay();
  const buffer = new Uint8Array(READ_SIZE);
  try {
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      for (let sent = 0; sent < count;) sent += await conn.write(buffer.subarray(sent, count));
    }
  } catch {
    // The peer is gone.
  } finally {
    conn.close();
  }
}

function serveByBun(): void {
  const open = (socket: BunSocket): void => void (socket.data = []);
  const data = (socket: BunSocket, chunk: Uint8Array): void => {
    if (socket.data.push(chunk) === 1) drain(socket);
  };
  const server = host.Bun.listen({ hostname: HOSTNAME, port: 0, socket: { open, data, drain, error() {} } });
  printServing(server.port);
}

/** Writes what the socket takes. */
function drain(socket: BunSocket): void {
  const queue = socket.data;
  while (queue.length > 0) {
    const chunk = queue[0] as Uint8Array;
    const sent = socket.write(chunk);
    if (sent === chunk.length) queue.shift();
    else return void (sent > 0 && (queue[0] = chunk.subarray(sent)));
  }
}

const api = process.argv[2];
if (api === "Deno.listen") await serveByDeno();
else if (api === "Bun.listen") serveByBun();
else serveByNode();
