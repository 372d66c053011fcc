/**
 * TLS over a transport.
 *
 * @module
 */
import { type Context, copyContext, type Future, type TimerHandle } from "../core/mod.ts";
import { ConnectionAbortedError, ConnectionResetError, SSLCertVerificationError, SSLError, TimeoutError } from "../errors.ts";
import type { Endpoint, SocketEvents } from "../runtime/net_driver.ts";
import type { TlsAgreement, TlsEvents, TlsSession } from "../runtime/tls_driver.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import { ClientHello } from "./client_hello.ts";
import type { NetLoop } from "./net_loop.ts";
import type { StreamProtocol } from "./protocols.ts";
import { type Client, type LayerHandle, SocketTransport, type TransportOwner } from "./socket_transport.ts";
import { SslObject } from "./ssl_object.ts";
import type { SslContext } from "./ssl_context.ts";
import type { TlsSetup } from "./tls_options.ts";
import type { ExtraInfo, Transport } from "./transports.ts";

type State = "made" | "handshaking" | "open" | "flushing" | "finishing" | "closing" | "lost";

/** What a layer is made for. */
export interface TlsLayerOptions {
  readonly setup: TlsSetup;
  /** Whom the transport above is for. */
  readonly protocol: Partial<BaseProtocol>;
  /** Completed when the transport above is there and its protocol knows; fails when the handshake does. */
  readonly ready: Future<void>;
  /** Whether the protocol is to be told of the connection: not when it has it already. */
  readonly announce: boolean;
}

/**
 * The protocol of the transport below, and the socket of the transport above:
 *
 *     application ── SocketTransport ── TlsLayer ── any Transport
 *
 *     made ── connectionMade ──▶ handshaking ── onSecure ──▶ open ── closing ──▶ flushing ── shutdown ──▶ finishing
 *                                     │                        │                     │                        │ the peer's end
 *                                     └────────────────────────┴─── error, timeout ──┴───────────────────────▶ closing ──▶ lost
 *
 * As in asyncio there is no half-closed TLS: who gets the peer's end closes too. Closing sends a close_notify and waits for the peer's before
 * the transport below is closed; while closing with an error, what TLS had to say about it is still sent. The transport above is lost
 * when the one below is. Events of the session are handed on in the order in which they come, in turns of the loop.
 */
export class TlsLayer implements LayerHandle, TlsEvents {
  readonly #loop: NetLoop;
  readonly #options: TlsLayerOptions;
  readonly #context: Context = copyContext();
  #state: State = "made";
  #below: Transport | null = null;
  /** The server that the connection came through, and what it closes in place of the transport that is not there yet. */
  #owner: TransportOwner | null = null;
  readonly #handshake: Client = { close: () => this.abandon(), abort: () => this.abandon() };
  #session: TlsSession | null = null;
  #sslContext: SslContext;
  #sslObject: SslObject | null = null;
  #above: SocketTransport | null = null;
  #events: SocketEvents | null = null;
  /** What a client has said before it is known which server it wants; null when that does not matter, or is known. */
  #hello: ClientHello | null;
  /** Of the handshake, then of closing. */
  #timer: TimerHandle | null = null;
  /** What was read before there was a session. */
  #early: Uint8Array[] = [];
  #wireFull = false;
  /** Nothing can be sent any more: the transport below was told that this side has ended. */
  #wireEnded = false;
  /** Bytes that were sent while the transport below wanted no more: they count as sent when it wants more. */
  #unreported = 0;
  #peerEnded = false;
  #finished = false;
  /** What the connection was lost with, before there was anybody to tell. */
  #error: Error | null = null;

  constructor(loop: NetLoop, options: TlsLayerOptions) {
    const { setup } = options;
    this.#loop = loop;
    this.#options = options;
    this.#sslContext = setup.context;
    this.#hello = setup.serverSide && setup.context._hasNames ? new ClientHello() : null;
  }

  /** What the application writes to. There is one once `ready` is complete. */
  get transport(): SocketTransport {
    return this.#above!;
  }

  // -------------------------------------------------------------- the handshake

  /** The transport below is there. */
  connectionMade(below: Transport): void {
    if (this.#state !== "made") return void below.abort();
    this.#below = below;
    if (below instanceof SocketTransport) this.#owner = below._cedeTo(this.#handshake);
    this.#state = "handshaking";
    this.#loop._open.add(this);
    const { handshakeTimeout } = this.#options.setup;
    this.#timer = this.#loop.callLater(handshakeTimeout, () => {
      const seconds = handshakeTimeout / 1000;
      this.#fail(new ConnectionAbortedError(`SSL handshake is taking longer than ${seconds} seconds: aborting the connection`));
    });
    if (this.#hello === null) this.#openSession();
    for (const chunk of this.#early.splice(0)) this.dataReceived(chunk);
  }

  /** Bytes of the peer that were read before the layer was there. Before `connectionMade`. */
  feed(chunk: Uint8Array): void {
    this.#early.push(chunk);
  }

  #openSession(): void {
    const { serverSide, serverHostname } = this.#options.setup;
    const { _handle } = this.#sslContext;
    try {
      const session = serverSide
        ? _handle.accept(this.#sslContext._serverTerms(), this)
        : _handle.connect(this.#sslContext._clientTerms(serverHostname), this);
      if (this.#state === "handshaking") this.#session = session;
      else session.close();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** @internal */
  onSecure(agreement: TlsAgreement): void {
    this.#loop._deliver(this.#secure, agreement);
  }

  readonly #secure = (agreement: TlsAgreement): void => {
    if (this.#state !== "handshaking") return;
    const { setup, protocol, ready, announce } = this.#options;
    this.#state = "open";
    this.#stopTimer();
    this.#sslObject = new SslObject(this.#sslContext, setup, agreement);
    this.#context.run(() => {
      this.#above = new SocketTransport(this.#loop, this, protocol as StreamProtocol, this.#owner);
      this.#owner?._replace(this.#handshake, this.#above);
      this.#above.begin(ready, announce);
    });
  };

  /** Ends a handshake that cannot succeed. */
  #fail(error: Error): void {
    if (this.#state !== "handshaking") return;
    const { ready, setup } = this.#options;
    this.#error = error;
    this.#session?.close();
    if (!ready.done()) ready.setException(error);
    // A client may think that all is well, and TLS has no word for it afterwards: an end would look like a good one.
    if (setup.serverSide && isRefusal(error)) this.#abortBelow(true);
    else if (error instanceof SSLError) this.#closeBelow();
    else this.#abortBelow(false);
  }

  /** Gives up a handshake; does nothing afterwards. What is below is aborted. */
  abandon(): void {
    if (this.#state === "made") this.#state = "closing";
    if (this.#state !== "handshaking") return;
    this.#session?.close();
    this.#abortBelow(false);
  }

  // -------------------------------------------------------------- what the transport below tells

  dataReceived(chunk: Uint8Array): void {
    if (this.#hello !== null) this.#readHello(this.#hello, chunk);
    else this.#session?.receive(chunk);
  }

  #readHello(hello: ClientHello, chunk: Uint8Array): void {
    const name = hello.add(chunk);
    if (name === undefined || this.#state !== "handshaking") return;
    this.#hello = null;
    this.#sslContext = this.#sslContext._contextFor(name);
    this.#openSession();
    this.#session?.receive(hello.bytes);
  }

  eofReceived(): boolean {
    if (this.#state === "handshaking") {
      this.#fail(new ConnectionResetError("Cannot shake hands by TLS: the peer has ended the connection", { code: "ECONNRESET" }));
    } else this.#session?.receiveEnd();
    return true; // closing is up to this layer
  }

  connectionLost(error: Error | null): void {
    if (this.#state === "lost") return;
    this.#state = "lost";
    this.#stopTimer();
    this.#session?.close();
    this.#loop._open.delete(this);
    this.#error ??= error;
    if (this.#above !== null) this.#events?.onClose(error);
    else this.#tellNeverOpen();
  }

  /** A protocol that has known of the connection before is told of its end. */
  #tellNeverOpen(): void {
    const { ready, announce, protocol } = this.#options;
    if (!ready.done()) {
      const message = "Cannot shake hands by TLS: the connection is closed";
      ready.setException(this.#error ?? new ConnectionResetError(message, { code: "ECONNRESET" }));
    }
    try {
      if (!announce) protocol.connectionLost?.(this.#error);
    } finally {
      this.#owner?._detach(this.#handshake);
    }
  }

  pauseWriting(): void {
    this.#wireFull = true;
  }

  resumeWriting(): void {
    // Who was told to pause before this layer came is told by it to go on.
    if (!this.#wireFull && !this.#options.announce) this.#options.protocol.resumeWriting?.();
    this.#wireFull = false;
    const bytes = this.#unreported;
    this.#unreported = 0;
    if (bytes > 0) this.#events?.onWritten(bytes);
  }

  // -------------------------------------------------------------- what the session tells

  /** @internal */
  onSend(chunk: Uint8Array): void {
    if (this.#state !== "lost" && !this.#wireEnded && !this.#loop.isClosed()) this.#below?.write(chunk);
  }

  /** @internal */
  onData(chunk: Uint8Array): void {
    if (this.#state === "open") this.#events?.onData(chunk);
  }

  /** @internal */
  onEnd(): void {
    this.#peerEnded = true;
    if (this.#state === "open") this.#events?.onEnd();
    else this.#loop._deliver(this.#closeIfFinished);
  }

  /** @internal */
  onFinished(): void {
    this.#finished = true;
    this.#loop._deliver(this.#closeIfFinished);
  }

  readonly #closeIfFinished = (): void => {
    if (this.#state !== "finishing" || !this.#finished) return;
    const below = this.#below!;
    if (this.#peerEnded || (!below.canWriteEof() && !this.#session!.hearsLastEnd)) this.#closeBelow();
    else if (below.canWriteEof()) {
      this.#wireEnded = true;
      below.writeEof(); // a peer that does the same at the same time hears that at least
    }
  };

  /** @internal */
  onFailed(error: Error): void {
    this.#loop._deliver(this.#failed, error);
  }

  readonly #failed = (error: Error): void => {
    if (this.#state === "handshaking") this.#fail(error);
    else if (this.#state === "finishing") this.#closeBelow(); // there was nothing more to be said
    else if (this.#state === "open" || this.#state === "flushing") {
      this.#closeBelow();
      this.#tellLost(error);
    }
  };

  /** Before the transport below tells it. */
  #tellLost(error: Error): void {
    this.#error = error;
    this.#events?.onClose(error);
    this.#events = null;
  }

  // -------------------------------------------------------------- what the transport above wants

  get localAddress(): Endpoint {
    return this.#endpoint("sockname");
  }

  get remoteAddress(): Endpoint {
    return this.#endpoint("peername");
  }

  #endpoint(name: "sockname" | "peername"): Endpoint {
    return (this.#below?.getExtraInfo(name) ?? { path: "" }) as Endpoint;
  }

  get native(): unknown {
    return this.#below?.getExtraInfo("socket");
  }

  extraInfo(name: keyof ExtraInfo, fallback: unknown): unknown {
    if (name === "sslContext") return this.#sslContext;
    if (name === "sslObject") return this.#sslObject;
    if (name === "peercert") return this.#sslObject!.getPeercert();
    if (name === "cipher") return this.#sslObject!.cipher();
    if (name === "compression") return null;
    return this.#below === null ? fallback : this.#below.getExtraInfo(name, fallback);
  }

  start(events: SocketEvents): void {
    this.#events = events;
    if (this.#state === "open") this.#session!.start();
    else this.#loop._deliver(() => events.onClose(this.#error)); // lost meanwhile
  }

  pause(): void {
    if (this.#state !== "open") return;
    this.#session!.pause();
    this.#below!.pauseReading();
  }

  resume(): void {
    if (this.#state !== "open") return;
    this.#session!.resume();
    this.#below!.resumeReading();
  }

  write(chunk: Uint8Array): void {
    if (this.#state !== "open" && this.#state !== "flushing") return;
    this.#session!.write(chunk, () => {
      if (this.#wireFull) this.#unreported += chunk.length;
      else this.#events?.onWritten(chunk.length);
    });
  }

  closeWrite(): void {
    this.shutdown();
  }

  closing(): void {
    if (this.#state !== "open") return;
    this.#state = "flushing";
    this.#timer = this.#loop.callLater(this.#options.setup.shutdownTimeout, () => {
      this.#tellLost(new TimeoutError("SSL shutdown timed out"));
      this.#abortBelow(false);
    });
    this.#session!.resume();
    this.#below!.resumeReading();
  }

  /** Sends a close_notify, and closes once the peer has sent one too; `onClose` is told then. */
  shutdown(): void {
    this.closing();
    if (this.#state !== "flushing") return;
    this.#state = "finishing";
    this.#session!.finish();
  }

  close(reset = false): void {
    if (this.#state === "handshaking") return this.abandon();
    if (this.#state !== "open" && this.#state !== "flushing" && this.#state !== "finishing") return;
    this.#session!.close();
    this.#abortBelow(reset);
  }

  // -------------------------------------------------------------- closing

  /** What was given to the transport below is still sent, but not waited for without an end. */
  #closeBelow(): void {
    this.#state = "closing";
    this.#stopTimer();
    this.#session?.close();
    this.#timer = this.#loop.callLater(this.#options.setup.shutdownTimeout, () => this.#below!.abort());
    this.#below!.close();
  }

  #abortBelow(reset: boolean): void {
    this.#state = "closing";
    this.#stopTimer();
    this.#session?.close();
    this.#below!.abort({ reset });
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

/** Whether a certificate was looked at, or looked for, in vain. */
function isRefusal(error: Error): boolean {
  return error instanceof SSLCertVerificationError ||
    (error as { code?: unknown }).code === "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE";
}
