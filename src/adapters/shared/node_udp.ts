/**
 * UdpDriver over node:dgram, for Node, Bun and Deno.
 *
 * Differences that cannot be hidden are told by `UdpTraits`: Deno does not connect sockets, so that errors of the peer are lost, and it cannot
 * share a port; neither can Node 20.
 *
 * @module
 */
import { UnsupportedOperationError } from "../../errors.ts";
import type { Abandon, InetEndpoint, Outcome } from "../../runtime/net_driver.ts";
import type { DatagramBinding, DatagramEvents, DatagramHandle, DatagramPlace, UdpDriver } from "../../runtime/udp_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin, nodeMajor } from "./host.ts";
import type { NodeDatagramModule, NodeDatagramSocket, NodeDatagramSource } from "./node_modules.ts";
import type { NetPermissionCheck } from "./node_net.ts";
import { endpointOf } from "./node_socket.ts";

/** What differs between the hosts. */
export interface UdpTraits {
  /** Asks for permissions, which Deno's node:dgram would miss too late to catch. */
  readonly check: NetPermissionCheck;
  /** Whether `connect` makes the system look at who sends, and tell what becomes of what is sent. */
  readonly connects: boolean;
  /** Why ports cannot be shared; null where they can. */
  readonly cannotShare: string | null;
}

/** The driver, of Node or Bun without `traits`. */
export function nodeUdp(traits?: UdpTraits): UdpDriver {
  return new NodeUdp(traits ?? { check: () => {}, connects: true, cannotShare: nodeMajor() < 22 ? `Node ${nodeMajor()}` : null });
}

class NodeUdp implements UdpDriver {
  readonly #traits: UdpTraits;

  constructor(traits: UdpTraits) {
    this.#traits = traits;
  }

  bind(binding: DatagramBinding, events: DatagramEvents, outcome: Outcome<DatagramHandle>): Abandon {
    const { family, reusePort = false, remote } = binding;
    const { check, cannotShare } = this.#traits;
    const local = this.#localOf(binding);
    const action = `open a datagram endpoint on ${local.host} port ${local.port}`;
    if (reusePort && cannotShare !== null) throw new UnsupportedOperationError(`Cannot ${action}: ${cannotShare} cannot share a port`);
    check(action, local.host, local.port);
    if (remote !== undefined) check(`send to ${remote.host} port ${remote.port}`, remote.host, remote.port);
    const type = family === "IPv6" ? "udp6" : "udp4";
    const socket = getBuiltin<NodeDatagramModule>("node:dgram").createSocket({ type, ...(reusePort ? { reusePort } : {}) });
    const handle = new NodeDatagramHandle(socket, binding, events, this.#traits);
    handle.open(local, action, outcome);
    return () => handle.close();
  }

  /** Where the system does not choose the address of this side by the remote one, at least what is sent to this machine stays on it. */
  #localOf({ family, local, remote }: DatagramBinding): DatagramPlace {
    if (local !== undefined) return local;
    const anywhere = { host: family === "IPv6" ? "::" : "0.0.0.0", port: 0 };
    if (this.#traits.connects || remote === undefined) return anywhere;
    const loopback = remote.host === "::1" || /^127\./.test(remote.host);
    return loopback ? { host: family === "IPv6" ? "::1" : "127.0.0.1", port: 0 } : anywhere;
  }
}

/**
 * A socket of node:dgram.
 *
 *     NEW ── open ──▶ BINDING ── bound, connected ──▶ OPEN ── close, or the host's "close" ──▶ CLOSED
 */
class NodeDatagramHandle implements DatagramHandle {
  readonly native: NodeDatagramSocket;
  localAddress: InetEndpoint = endpointOf(undefined, undefined, undefined);
  remoteAddress: InetEndpoint | null = null;
  readonly #binding: DatagramBinding;
  readonly #events: DatagramEvents;
  readonly #traits: UdpTraits;
  /** Told of a failure to open; null afterwards. */
  #onFailure: ((error: unknown) => void) | null = null;
  #closed = false;
  /** The destination that was allowed last. */
  #allowed = "";
  /** The only peer, where this side has to look at who sends. */
  #peer: string | null = null;

  constructor(socket: NodeDatagramSocket, binding: DatagramBinding, events: DatagramEvents, traits: UdpTraits) {
    this.native = socket;
    this.#binding = binding;
    this.#events = events;
    this.#traits = traits;
    socket.on("message", this.#onMessage);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  /** Binds it, connects it if there is a remote, and tells the outcome. */
  open(local: DatagramPlace, action: string, outcome: Outcome<DatagramHandle>): void {
    this.#onFailure = (error) => {
      this.close();
      outcome(toOSError(error, action, { address: local.host, port: local.port }), null);
    };
    this.native.on("listening", () => this.#attempt(() => this.#onBound(outcome)));
    this.#attempt(() => this.native.bind({ address: local.host, port: local.port, exclusive: true }));
  }

  /** What hosts throw at the call is told later, as what they tell later. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      queueMicrotask(() => this.#onError(error));
    }
  }

  #onBound(outcome: Outcome<DatagramHandle>): void {
    if (this.#closed) return;
    const { remote, broadcast } = this.#binding;
    if (broadcast) this.native.setBroadcast(true);
    if (remote === undefined) return queueMicrotask(() => this.#tell(outcome)); // some hosts bind during the call
    this.native.connect(remote.port, remote.host, (error) => {
      if (error) this.#onError(error);
      else this.#tell(outcome);
    });
  }

  #tell(outcome: Outcome<DatagramHandle>): void {
    if (this.#closed || this.#onFailure === null) return;
    this.#onFailure = null;
    const { remote } = this.#binding;
    const local = this.native.address();
    this.localAddress = endpointOf(local.address, local.port, local.family);
    if (remote !== undefined) {
      const { address, port, family } = this.native.remoteAddress();
      this.remoteAddress = endpointOf(address, port, family);
    }
    outcome(null, this);
  }

  readonly #onMessage = (message: Uint8Array, { address, port, family }: NodeDatagramSource): void => {
    if (this.#closed || this.#isForeign(address, port)) return;
    // Of its own: Deno gives each datagram 64 KiB, Node may take small ones from memory that others share.
    this.#events.onMessage(new Uint8Array(message), endpointOf(address, port, family));
  };

  #isForeign(address: string, port: number): boolean {
    const { remote } = this.#binding;
    if (this.#traits.connects || remote === undefined) return false;
    this.#peer ??= canonical(remote.host);
    return port !== remote.port || canonical(address) !== this.#peer;
  }

  readonly #onError = (error: unknown): void => {
    if (this.#closed) return;
    const fail = this.#onFailure;
    this.#onFailure = null;
    if (fail !== null) fail(error);
    else this.#events.onError(toOSError(error, "receive a datagram"));
  };

  readonly #onClose = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.onClose();
  };

  send(data: Uint8Array, to: DatagramPlace | null, sent: (error: Error | null) => void): void {
    if (this.#closed) return;
    const { host, port } = to ?? this.#binding.remote!;
    const action = `send to ${host} port ${port}`;
    this.#checkDestination(action, host, port);
    const done = (error?: unknown): void => {
      if (!this.#closed) sent(error ? toOSError(error, action, { address: host, port }) : null);
    };
    if (to === null) this.native.send(data, done);
    else this.native.send(data, port, host, done);
  }

  #checkDestination(action: string, host: string, port: number): void {
    const place = `${host} ${port}`;
    if (place === this.#allowed) return;
    this.#traits.check(action, host, port);
    this.#allowed = place;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.native.close();
  }
}

/** The one spelling of an address that URLs use. */
function canonical(host: string): string {
  return host.includes(":") && URL.canParse(`http://[${host}]/`) ? new URL(`http://[${host}]/`).hostname : host;
}
