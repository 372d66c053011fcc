/**
 * The port, part four: stream sockets in the file system, and those with abstract names. Types only.
 *
 * @module
 */
import type { Abandon, AcceptError, ListenerHandle, Outcome, SocketHandle } from "./net_driver.ts";

/** Where to listen. */
export interface UnixListenOptions {
  /** Nothing may be there. */
  readonly path: string;
  readonly backlog: number;
  /** The permissions of the file; without it those that the process gives to new files. */
  readonly mode?: number;
}

/** What there is at a path. */
export interface PathEntry {
  readonly isSocket: boolean;
  /** The same for the same file, whatever its name; another one for another file, while either is open. */
  readonly identity: string;
}

/** What a host needs for such sockets. Bad paths are refused above; permissions are checked at the call (a throw). */
export interface UnixDriver {
  /** How many bytes of UTF-8 a path may have. */
  readonly longestPath: number;
  /** Whether a path that begins with NUL is a name apart from the file system: Linux has those. */
  readonly abstractNames: boolean;
  /** The addresses of the socket are paths, that of this side is "". */
  connect(path: string, outcome: Outcome<SocketHandle>): Abandon;
  /**
   * Makes the socket and listens; the error is EADDRINUSE where something is at the path. Closing the listener leaves the file alone. The
   * connections have the path as the address of this side, and "" as the peer's.
   */
  listen(
    options: UnixListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon;
  /** What is at the path now, links not followed; null for nothing. @throws OSError when it cannot be found out. */
  look(path: string): PathEntry | null;
  /** Removes the file at the path. @throws OSError when it cannot. */
  remove(path: string): void;
}
