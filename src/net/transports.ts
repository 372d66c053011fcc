/**
 * Transports: what protocols and streams write to. Types only.
 *
 * @module
 */
import type { PeerCertificate } from "../runtime/tls_driver.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import type { Data } from "./data.ts";
import type { SocketType } from "./services.ts";
import type { SslContext } from "./ssl_context.ts";
import type { SslObject } from "./ssl_object.ts";

export type { Data };

/** Which addresses are wanted. */
export type AddressFamily = "IPv4" | "IPv6" | "unspec";

/** An IP address and a port. */
export interface InetAddress {
  /** An address, or a name where one may be given. */
  readonly host: string;
  /** From 0 to 65535. */
  readonly port: number;
  /** Which family `host` is of. */
  readonly family?: AddressFamily;
}

/** A socket in the file system; "" where it has no name. */
export interface UnixAddress {
  /** Its path. */
  readonly path: string;
}

/** Where one end of a socket is. */
export type SocketAddress = InetAddress | UnixAddress;

/** One answer of `getaddrinfo`: an address, for sockets of one type. */
export interface AddressInfo {
  /** Which family the address is of. */
  readonly family: "IPv4" | "IPv6";
  /** The kind of socket. */
  readonly type: SocketType;
  /** The name, in the first answer and with `AI_CANONNAME`; else "". Hosts do not tell whether a name stands for another one. */
  readonly canonname: string;
  /** What to connect, bind or send to. */
  readonly address: InetAddress;
}

/** What `getExtraInfo` knows, by name. */
export interface ExtraInfo {
  /** The peer's address; null where it is not known. */
  peername: SocketAddress | null;
  /** The address of this side; null where it is not known. */
  sockname: SocketAddress | null;
  /** The host's own object. */
  socket: unknown;
  /** The TLS of the connection; it is not known, as nothing below is, where there is none. */
  sslObject: SslObject;
  /** The context that TLS is made with. */
  sslContext: SslContext;
  /** The peer's certificate; null where it has shown none. With verifyMode "none" nobody has verified it. */
  peercert: PeerCertificate | null;
  /** What TLS encrypts with. */
  cipher: { readonly name: string; readonly version: string };
  /** No host compresses by TLS. */
  compression: null;
  /** The host's own object, of a pipe. */
  pipe: unknown;
  /** The host's own object, of a child process. */
  subprocess: unknown;
}

/** What all transports have. */
export interface BaseTransport {
  /** Sends what is held, then ends the connection: `connectionLost(null)` is called before the peer sees the end. No more is received. */
  close(): void;
  /** Whether it is closing or closed. */
  isClosing(): boolean;
  /** What is known of the connection; undefined for what is not. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  /** The same with `fallback` in place of undefined. */
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  /** Has another protocol called from now on. */
  setProtocol(protocol: Partial<BaseProtocol>): void;
  /** The protocol that is called. */
  getProtocol(): BaseProtocol;
}

/** A transport that receives. */
export interface ReadTransport extends BaseTransport {
  /** Whether it is neither paused nor closing. */
  isReading(): boolean;
  /** Receives no more until `resumeReading`: no data, and no end. Does nothing when paused or closing. */
  pauseReading(): void;
  /** Undoes `pauseReading`. Does nothing when not paused or when closing. */
  resumeReading(): void;
}

/** A transport that sends. */
export interface WriteTransport extends BaseTransport {
  /**
   * Sends `data` as soon as possible; never waits. The data is copied. Ignored when closing.
   *
   * @throws TypeError for anything but Uint8Array and string; RuntimeError after `writeEof`.
   */
  write(data: Data): void;
  /** Writes each in turn; what is no data is refused before any is written. */
  writeLines(chunks: Iterable<Data>): void;
  /** Ends the sending half after what was written; receiving goes on. Does nothing when closing or called before. */
  writeEof(): void;
  /** Whether `writeEof` can be used. */
  canWriteEof(): boolean;
  /**
   * Drops what is held and ends the connection; `connectionLost(null)` is called in a later turn. `reset` asks for a TCP reset where
   * the host can send one.
   */
  abort(options?: { readonly reset?: boolean }): void;
  /** How many bytes were written and not taken by the host. */
  getWriteBufferSize(): number;
  /** The marks, in bytes, between which the protocol is told to pause and to resume writing. */
  getWriteBufferLimits(): { readonly low: number; readonly high: number };
  /**
   * Sets the marks: 64 KiB and a quarter of that without arguments. A missing `low` is a quarter of `high`, a missing `high` four
   * times `low`.
   *
   * @throws RangeError unless high ≥ low ≥ 0.
   */
  setWriteBufferLimits(limits?: { readonly low?: number; readonly high?: number }): void;
}

/** A transport of a two-way stream. */
export interface Transport extends ReadTransport, WriteTransport {}

/** A transport of datagrams. */
export interface DatagramTransport
  extends BaseTransport, Pick<WriteTransport, "getWriteBufferSize" | "getWriteBufferLimits" | "setWriteBufferLimits"> {
  /** The address of this side. */
  getExtraInfo(name: "sockname"): InetAddress;
  /** The only peer; null without one. */
  getExtraInfo(name: "peername"): InetAddress | null;
  /** What is known of the endpoint; undefined for what is not. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  /** The same with `fallback` in place of undefined. */
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  /**
   * Sends one datagram; never waits. The data is copied. Ignored when closing. What goes wrong later is told by `errorReceived`.
   *
   * @throws TypeError for anything but Uint8Array and string, and without any address; RangeError for a bad port, and for another address than the
   * endpoint's remote one; PermissionError where the host forbids the destination.
   */
  sendTo(data: Data, address?: InetAddress): void;
  /** Drops what the host has not sent; `connectionLost(null)` is called in a later turn. */
  abort(): void;
}
