/**
 * The port, part two: stream sockets over TCP, and names. Types only.
 *
 * A driver translates and nothing else: no retries, no buffering policy, no timeouts, no logging.
 * Its callbacks are never called before the method that takes them has returned, and never throw
 * anything that the driver would have to handle.
 *
 * @module
 */

/** An IP address and a port. */
export interface InetEndpoint {
  readonly host: string;
  readonly port: number;
  readonly family: "IPv4" | "IPv6";
}

/** A socket in the file system, or an abstract one (a path that begins with NUL); "" where it has no name. */
export interface UnixEndpoint {
  readonly path: string;
}

/** Where one end of a socket is. */
export type Endpoint = InetEndpoint | UnixEndpoint;

/** Where to connect to. `host` is a literal or a name, which the host resolves as it usually does. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly family?: "IPv4" | "IPv6";
  readonly localAddress?: string;
  readonly localPort?: number;
}

/** Where to listen. Port 0 asks for a free one. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  readonly reusePort?: boolean;
  /** Whether connections are kept alive by probes of TCP. */
  readonly keepAlive?: boolean;
}

/** What a socket tells its owner. */
export interface SocketEvents {
  /** Whether chunks will mostly come back by `giveBack`. It may change with each chunk. */
  readonly borrows?: boolean;
  /** Bytes of the peer. The chunk belongs to the receiver from now on; it is a view of no more than 16 times as much memory. */
  onData(chunk: Uint8Array): void;
  /** The peer's end of stream. Always before a clean `onClose(null)`, unless this side closed first. */
  onEnd(): void;
  /** The host took `bytes` more of what was written. May be told before `write` returns; nothing else may. */
  onWritten(bytes: number): void;
  /**
   * Once, and last. The error is one of src/errors.ts with the host's error as `cause`; null after our own `close`, and when
   * both directions have ended, for then the socket closes itself.
   */
  onClose(error: Error | null): void;
}

/** One connected socket. TCP_NODELAY is set. */
export interface SocketHandle {
  readonly localAddress: Endpoint;
  readonly remoteAddress: Endpoint;
  /** The host's own object, for `getExtraInfo("socket")`. */
  readonly native: unknown;
  /**
   * When the memory of a chunk is the caller's again: once `write` has returned ("copied": what the host does not take at once is), or once
   * `onWritten` has told of all of it ("borrowed"). Without it, never: the chunk is the host's.
   */
  readonly writeMemory?: "copied" | "borrowed";
  /** Nothing is delivered before this; what arrived earlier is kept and delivered first, in a later microtask or turn. */
  start(events: SocketEvents): void;
  /** Stops reading. At most one chunk that was already read may still be delivered; end of stream is held back too. */
  pause(): void;
  resume(): void;
  /** The receiver needs a chunk no more: for hosts that read into memory of ours. */
  giveBack?(chunk: Uint8Array): void;
  /** Sends a chunk. Order is kept; completion is `onWritten`. Ignored after `close`. */
  write(chunk: Uint8Array): void;
  /** Sends the end of stream after what is queued. Reading goes on. */
  closeWrite(): void;
  /** Drops what is queued and closes at once; `onClose(null)` follows. With `reset`, by a TCP reset where the host can. Idempotent. */
  close(reset?: boolean): void;
}

/** One listening socket. */
export interface ListenerHandle {
  readonly address: Endpoint;
  /** The host's own object, for `server.sockets`. */
  readonly native: unknown;
  /** Gives no more connections; those it gave live on. `closed` is called later, once the address is free again. Idempotent. */
  close(closed?: () => void): void;
}

/** Told once, later, how an attempt ended: an error of src/errors.ts, or what was asked for. */
export type Outcome<T> = (error: Error | null, value: T | null) => void;

/** Abandons an attempt: its outcome is then not reported, and what it had opened is closed. Does nothing once reported. */
export type Abandon = () => void;

/**
 * Told when a connection could not be accepted, mostly for want of file descriptors. Hosts that let us wait accept no more until `resume`
 * is called; others go on by themselves. Without such a callback all go on.
 */
export type AcceptError = (error: Error, resume: () => void) => void;

/** One answer of the resolver. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
}

/** What an address and a port are called; the service is the number where it has no name. */
export interface ServiceName {
  readonly hostname: string;
  readonly service: string;
}

/** What a host needs for stream sockets. Bad options are checked above; permissions are checked at the call (a throw). */
export interface NetDriver {
  connect(options: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon;
  listen(
    options: ListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon;
  /** Takes over a connected socket that the program has from the host itself; null for what is no such thing. Throws an OSError when it is closed. */
  adopt?(native: unknown): SocketHandle | null;
  /**
   * All addresses of a name, in the resolver's order (getaddrinfo). With `configured` only of families of which this machine has an address
   * (AI_ADDRCONFIG).
   */
  lookup(
    hostname: string,
    family: "IPv4" | "IPv6" | "unspec",
    outcome: Outcome<readonly ResolvedAddress[]>,
    configured?: boolean,
  ): Abandon;
  /** The names of an address and of a TCP port (getnameinfo); the error is EAI_NONAME for an address without one. Left out where addresses have none. */
  lookupService?(address: string, port: number, outcome: Outcome<ServiceName>): Abandon;
}
