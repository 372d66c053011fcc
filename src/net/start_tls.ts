/**
 * Upgrading a connection to TLS.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, awaitable, type CoroutineGenerator, Future } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import type { NetLoop } from "./net_loop.ts";
import type { SslContext } from "./ssl_context.ts";
import { TlsLayer } from "./tls_layer.ts";
import { type StartTlsOptions, tlsOfUpgrade, type TlsSetup } from "./tls_options.ts";
import type { Transport } from "./transports.ts";

/** `EventLoop.startTls`. `received` are bytes of the peer that were read ahead: they belong to TLS. */
export function startTls(
  loop: NetLoop,
  transport: Transport,
  protocol: Partial<BaseProtocol>,
  context: SslContext,
  options: StartTlsOptions = {},
  received: Uint8Array | null = null,
): Awaitable<Transport> {
  checkTransport(transport);
  return awaitable(upgrade(loop, transport, protocol, tlsOfUpgrade(context, options), received));
}

function checkTransport(transport: unknown): void {
  const { setProtocol, pauseReading, write } = (transport ?? {}) as Partial<Record<keyof Transport, unknown>>;
  if ([setProtocol, pauseReading, write].every((method) => typeof method === "function")) return;
  throw new TypeError(`Cannot start TLS: a transport that reads and writes was expected, got ${typeName(transport)}`);
}

function* upgrade(
  loop: NetLoop,
  transport: Transport,
  protocol: Partial<BaseProtocol>,
  setup: TlsSetup,
  received: Uint8Array | null,
): CoroutineGenerator<Transport> {
  if (transport.isClosing()) throw new RuntimeError("Cannot start TLS: the transport is closing");
  const ready = new Future<void>({ loop });
  const layer = new TlsLayer(loop, { setup, protocol, ready, announce: false });
  if (received !== null && received.length > 0) layer.feed(received);
  transport.pauseReading(); // nothing may come before the layer is ready for it
  transport.setProtocol(layer);
  const made = loop.callSoon(() => layer.connectionMade(transport));
  const resumed = loop.callSoon(() => transport.resumeReading());
  try {
    yield* ready;
  } catch (error) {
    made.cancel();
    resumed.cancel();
    layer.abandon();
    transport.close();
    throw error;
  }
  return layer.transport;
}
