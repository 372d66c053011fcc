/**
 * Streams over sockets of the file system.
 *
 * @module
 */
import { type Awaitable, awaitable } from "../core/mod.ts";
import type { Server } from "../net/server.ts";
import type { TlsClientOptions } from "../net/tls_options.ts";
import { checkUnixConnection, checkUnixServer, createUnixConnection, createUnixServer, type UnixServerOptions } from "../net/unix.ts";
import { checkHandler, type ClientHandler, open, start } from "./open_connection.ts";
import { checkLimit, type StreamOptions, type StreamReader } from "./stream_reader.ts";
import type { StreamWriter } from "./stream_writer.ts";

/**
 * Connects to a socket of the file system, or to an abstract name, and gives what to read from and what to write to. Options as of
 * `EventLoop.createUnixConnection`, and `limit` of the reader.
 *
 * @throws OSError, of the class that tells why. Cancelling it leaves nothing open.
 */
export function openUnixConnection(path: string, options: TlsClientOptions & StreamOptions = {}): Awaitable<[StreamReader, StreamWriter]> {
  const { limit, ...others } = options;
  checkLimit(limit);
  checkUnixConnection(path, others);
  return awaitable(open((loop, factory) => createUnixConnection(loop, factory, path, others), limit));
}

/**
 * Listens at a path, and serves each connection by a call of `onClient`, as `startServer` does. Options as of `EventLoop.createUnixServer`, and
 * `limit` of the readers.
 *
 * @throws OSError, of the class that tells why, when the path cannot be bound.
 */
export function startUnixServer(
  onClient: ClientHandler,
  path: string,
  options: UnixServerOptions & StreamOptions = {},
): Awaitable<Server> {
  checkHandler(onClient);
  const { limit, ...others } = options;
  checkLimit(limit);
  checkUnixServer(path, others);
  return awaitable(start((loop, factory) => createUnixServer(loop, factory, path, others), onClient, limit));
}
