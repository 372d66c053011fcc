/**
 * The transport of a datagram endpoint.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import { type Context, copyContext, type Future } from "../core/mod.ts";
import { AddressInfoError } from "../errors.ts";
import type { InetEndpoint } from "../runtime/net_driver.ts";
import type { DatagramEvents, DatagramHandle, DatagramPlace } from "../runtime/udp_driver.ts";
import { checkHost } from "./addresses.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import { checkData, copyOf } from "./data.ts";
import { FlowControl } from "./flow_control.ts";
import { familyOf } from "./ip_address.ts";
import type { NetLoop } from "./net_loop.ts";
import type { DatagramProtocol } from "./protocols.ts";
import type { Data, DatagramTransport, ExtraInfo, InetAddress } from "./transports.ts";

/** What a datagram counts beside its bytes, as in asyncio since 3.13: empty ones have to count too. */
const OVERHEAD = 8;
/** How many received bytes wait at the most for a loop that does not run; what comes then is dropped, as the system does. */
const RECEIVE_LIMIT = 256 * 1024;

/** A datagram, an error, or the end (null). */
type Arrival = { readonly data: Uint8Array; readonly from: InetEndpoint } | Error | null;

/** What arrived and was not given to the protocol yet: bounded, for no host can be asked to wait. Made before the endpoint is bound. */
export class DatagramInbox implements DatagramEvents {
  readonly #arrivals = new Deque<Arrival>();
  #size = 0;
  #taker: (() => void) | null = null;

  /** Calls `taker` once for each arrival, those that are there already first. */
  attach(taker: () => void): void {
    this.#taker = taker;
    for (let count = this.#arrivals.length; count > 0; count--) taker();
  }

  /** The oldest arrival; undefined for none. */
  take(): Arrival | undefined {
    const arrival = this.#arrivals.shift();
    if (arrival !== undefined) this.#size -= sizeOf(arrival);
    return arrival;
  }

  onMessage(data: Uint8Array, from: InetEndpoint): void {
    this.#add({ data, from });
  }

  onError(error: Error): void {
    this.#add(error);
  }

  onClose(): void {
    this.#add(null);
  }

  #add(arrival: Arrival): void {
    const size = sizeOf(arrival);
    if (arrival !== null && this.#size + size > RECEIVE_LIMIT) return;
    this.#size += size;
    this.#arrivals.push(arrival);
    this.#taker?.();
  }
}

function sizeOf(arrival: Arrival): number {
  return arrival !== null && "data" in arrival ? arrival.data.length + OVERHEAD : OVERHEAD;
}

/**
 * A DatagramTransport over an endpoint of the host.
 *
 *     made ── begin ──▶ open ── close ──▶ closing ── all is sent ──▶ lost ──▶ connectionLost, then the endpoint is closed
 *                         └──────── abort ───────────────────────────▶ ▲
 */
export class EndpointTransport extends FlowControl implements DatagramTransport {
  readonly #loop: NetLoop;
  readonly #handle: DatagramHandle;
  readonly #inbox: DatagramInbox;
  /** Where to send what has no address of its own; null for nowhere. */
  readonly #remote: DatagramPlace | null;
  readonly #context: Context = copyContext();
  #protocol: Partial<DatagramProtocol>;
  #closing = false;
  #lost = false;
  /** Bytes that the host was given and has not sent. */
  #outstanding = 0;

  constructor(
    loop: NetLoop,
    handle: DatagramHandle,
    inbox: DatagramInbox,
    protocol: Partial<DatagramProtocol>,
    remote: DatagramPlace | null,
  ) {
    super(loop);
    this.#loop = loop;
    this.#handle = handle;
    this.#inbox = inbox;
    this.#protocol = protocol;
    this.#remote = remote;
    loop._open.add(handle);
  }

  /** Calls `connectionMade` in the next turn, then listens, then completes `waiter`. Once. */
  begin(waiter: Future<void>): void {
    this.#loop.callSoon(() => this.#protocol.connectionMade?.(this));
    this.#loop.callSoon(() => this.#inbox.attach(() => this.#loop._deliver(this.#inContext, this.#takeOne)));
    this.#loop.callSoon(() => {
      if (!waiter.done()) waiter.setResult(undefined);
    });
  }

  readonly #inContext = (handler: () => void): void => this.#context.run(handler);

  readonly #takeOne = (): void => {
    const arrival = this.#inbox.take();
    if (this.#closing || arrival === undefined) {
      if (arrival === null) this.abort(); // nothing can be sent any more
    } else if (arrival === null) this.abort();
    else if (arrival instanceof Error) this.#protocol.errorReceived?.(arrival);
    else this.#protocol.datagramReceived?.(arrival.data, arrival.from);
  };

  // -------------------------------------------------------------- about it

  isClosing(): boolean {
    return this.#closing;
  }

  getProtocol(): BaseProtocol {
    return this.#protocol as BaseProtocol;
  }

  setProtocol(protocol: Partial<BaseProtocol>): void {
    this.#protocol = protocol;
  }

  getExtraInfo(name: "sockname"): InetAddress;
  getExtraInfo(name: "peername"): InetAddress | null;
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo(name: string, fallback?: unknown): unknown {
    if (name === "peername") return this.#handle.remoteAddress;
    if (name === "sockname") return this.#handle.localAddress;
    return name === "socket" ? this.#handle.native : fallback;
  }

  // -------------------------------------------------------------- sending

  getWriteBufferSize(): number {
    return this.#outstanding;
  }

  sendTo(data: Data, address?: InetAddress): void {
    checkData(data, "send");
    const to = this.#destination(address);
    if (this.#closing) return;
    const literal = familyOf(to.host);
    if (literal !== null && literal !== this.#handle.localAddress.family) {
      const message = `Cannot send to ${to.host}: the endpoint is of ${this.#handle.localAddress.family} (EAI_ADDRFAMILY)`;
      this.#protocol.errorReceived?.(new AddressInfoError(message, { code: "EAI_ADDRFAMILY", address: to.host }));
      return;
    }
    const bytes = copyOf(data);
    const size = bytes.length + OVERHEAD;
    this.#handle.send(bytes, this.#handle.remoteAddress === null ? to : null, (error) => this.#sent(size, error));
    this.#outstanding += size;
    this._pauseIfFull();
  }

  #destination(address: InetAddress | undefined): DatagramPlace {
    const remote = this.#remote;
    if (address === undefined) {
      if (remote === null) throw new TypeError("Cannot send: the endpoint has no remote address, and none was given");
      return remote;
    }
    checkHost(address.host, "send");
    if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65535) {
      throw new RangeError(`Cannot send: the port must be 1-65535, not ${address.port}`);
    }
    if (remote === null) return address;
    if (address.host === remote.host && address.port === remote.port) return remote;
    throw new RangeError(`Cannot send to ${address.host} port ${address.port}: the endpoint sends to ${remote.host} port ${remote.port}`);
  }

  /** Mostly nothing follows from it, and the loop is left alone. */
  #sent(size: number, error: Error | null): void {
    if (this.#lost) return;
    this.#outstanding -= size;
    if (error === null && !this.#closing && !this._isPaused()) return;
    this.#loop._deliver(this.#inContext, () => this.#afterSending(error));
  }

  #afterSending(error: Error | null): void {
    if (this.#lost) return;
    if (error !== null) this.#protocol.errorReceived?.(error);
    this._resumeIfDrained();
    if (this.#closing && !this.#lost && this.#outstanding === 0) {
      this.#lost = true;
      this.#loseConnection();
    }
  }

  // -------------------------------------------------------------- closing

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#outstanding === 0 || this.#loop.isClosed()) this.abort();
  }

  abort(): void {
    if (this.#lost) return;
    this.#closing = true;
    this.#lost = true;
    this.#outstanding = 0;
    if (this.#loop.isClosed()) this.#handle.close(); // nobody can be told
    else this.#loop.callSoon(() => this.#loseConnection());
  }

  #loseConnection(): void {
    try {
      this.#protocol.connectionLost?.(null);
    } finally {
      this.#handle.close();
      this.#loop._open.delete(this.#handle);
    }
  }
}
