/**
 * UnixDriver of an in-memory network.
 *
 * @module
 */
import { pathText } from "../../_internal/path_text.ts";
import type { Abandon, ListenerHandle, Outcome, SocketHandle, UnixEndpoint } from "../../runtime/net_driver.ts";
import type { PathEntry, UnixDriver, UnixListenOptions } from "../../runtime/unix_driver.ts";
import { memoryError } from "./errors.ts";
import { Attempt, type Fabric } from "./fabric.ts";

/** A file that was made by listening; it stays when nobody listens any more. */
interface SocketFile {
  readonly identity: string;
  listener: PathListener | null;
}

/** Paths and abstract names of its own: nothing of it is in any file system. Modes are not looked at. */
export class MemoryUnix implements UnixDriver {
  readonly longestPath = 107;
  readonly abstractNames = true;
  readonly #fabric: Fabric;
  readonly #files: Map<string, SocketFile> = new Map();
  #made = 0;

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  connect(path: string, outcome: Outcome<SocketHandle>): Abandon {
    const attempt = new Attempt(outcome);
    this.#fabric.afterOneWay(() => this.#dial(path, attempt));
    return attempt.abandon;
  }

  #dial(path: string, attempt: Attempt<SocketHandle>): void {
    if (attempt.over) return;
    const file = this.#files.get(path);
    if (file === undefined || file.listener === null) {
      const code = file === undefined && !isAbstract(path) ? "ENOENT" : "ECONNREFUSED";
      return this.#fabric.afterOneWay(() => attempt.fail(memoryError(code, `connect to ${pathText(path)}`, { path })));
    }
    const { client, server } = this.#fabric.pair({ path: "" }, { path });
    file.listener.onConnection(server);
    this.#fabric.afterOneWay(() => attempt.over ? client.close() : attempt.succeed(client));
  }

  listen(options: UnixListenOptions, onConnection: (socket: SocketHandle) => void, outcome: Outcome<ListenerHandle>): Abandon {
    const { path } = options;
    const { timeline } = this.#fabric;
    const attempt = new Attempt<ListenerHandle>(outcome, () => listener.close());
    const free = !this.#files.has(path);
    const listener = new PathListener(path, onConnection, (closed) => {
      if (this.#files.get(path)?.listener === listener) this.#forget(path);
      if (closed !== undefined) timeline.later(0, closed);
    });
    if (free) this.#files.set(path, { identity: String(++this.#made), listener });
    timeline.later(0, () => {
      if (free) attempt.succeed(listener);
      else attempt.fail(memoryError("EADDRINUSE", `listen on ${pathText(path)}`, { path }));
    });
    return attempt.abandon;
  }

  /** Nobody listens there any more: the file stays, an abstract name does not. */
  #forget(path: string): void {
    if (isAbstract(path)) this.#files.delete(path);
    else this.#files.get(path)!.listener = null;
  }

  look(path: string): PathEntry | null {
    const file = this.#files.get(path);
    return file === undefined ? null : { isSocket: true, identity: file.identity };
  }

  remove(path: string): void {
    if (!this.#files.delete(path)) throw memoryError("ENOENT", `remove ${pathText(path)}`, { path });
  }
}

function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

class PathListener implements ListenerHandle {
  readonly address: UnixEndpoint;
  readonly onConnection: (socket: SocketHandle) => void;
  readonly #closed: (callback: (() => void) | undefined) => void;

  constructor(path: string, onConnection: (socket: SocketHandle) => void, closed: (callback: (() => void) | undefined) => void) {
    this.address = { path };
    this.onConnection = onConnection;
    this.#closed = closed;
  }

  get native(): ListenerHandle {
    return this;
  }

  close(closed?: () => void): void {
    this.#closed(closed);
  }
}
