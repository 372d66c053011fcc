/**
 * The port, part three: datagrams. Types only.
 *
 * @module
 */
import type { Abandon, InetEndpoint, Outcome } from "./net_driver.ts";

/** Where a datagram goes to. `host` is a literal, or a name that the host resolves. */
export interface DatagramPlace {
  readonly host: string;
  readonly port: number;
}

/** How to open an endpoint. Both places are of the family, with literals as hosts. */
export interface DatagramBinding {
  readonly family: "IPv4" | "IPv6";
  /** Port 0 asks for a free one. Without it any address and port. */
  readonly local?: DatagramPlace;
  /** The only peer: what others send is not told. */
  readonly remote?: DatagramPlace;
  readonly reusePort?: boolean;
  readonly broadcast?: boolean;
}

/** What an endpoint tells its owner, from the moment it is bound, which may be before the outcome is told. */
export interface DatagramEvents {
  /** A datagram came. The array belongs to the receiver from now on. No host can be asked to wait. */
  onMessage(data: Uint8Array, from: InetEndpoint): void;
  /** Something went wrong, and the endpoint goes on: mostly nobody listens where a datagram was sent to. An error of src/errors.ts. */
  onError(error: Error): void;
  /** Somebody closed the host's own object. Once, and last; not after `close`. */
  onClose(): void;
}

/** One open endpoint. */
export interface DatagramHandle {
  readonly localAddress: InetEndpoint;
  /** Null without `remote`. */
  readonly remoteAddress: InetEndpoint | null;
  /** The host's own object, for `getExtraInfo("socket")`. */
  readonly native: unknown;
  /**
   * Takes ownership of the data. `to` is null for the remote of the binding. `sent` is called later: once the host has taken it, or with an error
   * of src/errors.ts. Not after `close`. Permissions are checked at the call (a throw).
   */
  send(data: Uint8Array, to: DatagramPlace | null, sent: (error: Error | null) => void): void;
  /** Drops what the host has not sent; nothing is told any more. Idempotent. */
  close(): void;
}

/** What a host needs for datagrams. Bad options are checked above; permissions are checked at the call (a throw). */
export interface UdpDriver {
  bind(binding: DatagramBinding, events: DatagramEvents, outcome: Outcome<DatagramHandle>): Abandon;
}
