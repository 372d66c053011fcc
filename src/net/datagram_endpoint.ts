/**
 * Making datagram endpoints. What `EventLoop` offers as a method, for any loop.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, type CoroutineGenerator, scopedAwaitable } from "../core/mod.ts";
import { OSError, UnsupportedOperationError } from "../errors.ts";
import type { DatagramBinding, DatagramHandle, DatagramPlace, UdpDriver } from "../runtime/udp_driver.ts";
import { checkFamily, checkHost, checkPort, resolve } from "./addresses.ts";
import { attempt } from "./attempt.ts";
import { begin, protocolFor } from "./begin.ts";
import { DatagramInbox, EndpointTransport } from "./datagram_transport.ts";
import type { NetLoop } from "./net_loop.ts";
import type { DatagramProtocol } from "./protocols.ts";
import type { AddressFamily, DatagramTransport } from "./transports.ts";

/** How to open a datagram endpoint: at least one of the addresses or the family. */
export interface DatagramOptions {
  /** The address of this side; port 0 asks for a free one. */
  readonly localAddr?: { readonly host: string; readonly port: number };
  /** The only peer; with `allowBroadcast` only where to send by default. */
  readonly remoteAddr?: { readonly host: string; readonly port: number };
  /** Which addresses of names are used. @default "unspec" */
  readonly family?: AddressFamily;
  /** Lets several endpoints share the local address. @default false */
  readonly reusePort?: boolean;
  /** Lets it send to broadcast addresses. @default false */
  readonly allowBroadcast?: boolean;
}

const ACTION = "create a datagram endpoint";

/** `EventLoop.createDatagramEndpoint`. */
export function createDatagramEndpoint<P extends Partial<DatagramProtocol>>(
  loop: NetLoop,
  protocolFactory: () => P,
  options: DatagramOptions,
): Awaitable<[DatagramTransport, P]> {
  if (typeof protocolFactory !== "function") {
    throw new TypeError(`Cannot ${ACTION}: a function that makes a protocol was expected, got ${typeName(protocolFactory)}`);
  }
  checkOptions(options);
  return scopedAwaitable(open(loop, protocolFactory, options));
}

function checkOptions({ localAddr, remoteAddr, family = "unspec" }: DatagramOptions): void {
  checkFamily(family, ACTION);
  for (const address of [localAddr, remoteAddr]) {
    if (address === undefined) continue;
    checkHost(address.host, ACTION);
    checkPort(address.port, ACTION);
  }
  if (remoteAddr?.port === 0) throw new RangeError(`Cannot ${ACTION}: the remote port must be 1-65535, not 0`);
  if (localAddr !== undefined || remoteAddr !== undefined || family !== "unspec") return;
  throw new RangeError(`Cannot ${ACTION}: a local address, a remote address or a family was expected`);
}

function* open<P extends Partial<DatagramProtocol>>(
  loop: NetLoop,
  protocolFactory: () => P,
  options: DatagramOptions,
): CoroutineGenerator<[DatagramTransport, P]> {
  const inbox = new DatagramInbox();
  const { handle, remote } = yield* openHandle(loop, options, inbox);
  const protocol = protocolFor(handle, protocolFactory);
  const transport = new EndpointTransport(loop, handle, inbox, protocol, remote);
  yield* begin(loop, transport);
  return [transport, protocol];
}

/** Tries the families in turn; the first error counts, as in asyncio. */
function* openHandle(
  loop: NetLoop,
  options: DatagramOptions,
  inbox: DatagramInbox,
): CoroutineGenerator<{ handle: DatagramHandle; remote: DatagramPlace | null }> {
  const driver = driverOf(loop);
  const { reusePort = false, allowBroadcast = false } = options;
  let failure: OSError | null = null;
  for (const { family, local, remote } of yield* pairs(loop, options)) {
    const binding: DatagramBinding = {
      family,
      ...(local === undefined ? {} : { local }),
      ...(remote === undefined || allowBroadcast ? {} : { remote }),
      ...(reusePort ? { reusePort } : {}),
      ...(allowBroadcast ? { broadcast: true } : {}),
    };
    try {
      const handle = yield* attempt<DatagramHandle>(loop, (outcome) => driver.bind(binding, inbox, outcome), (late) => late.close());
      return { handle, remote: remote ?? null };
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function driverOf(loop: NetLoop): UdpDriver {
  const { udp, name } = loop._runtime;
  if (udp === undefined) throw new UnsupportedOperationError(`Cannot ${ACTION}: the ${name} runtime has no datagrams`);
  return udp;
}

type Pair = Pick<DatagramBinding, "family" | "local" | "remote">;

/** For each family that both addresses have, the first of each. */
function* pairs(loop: NetLoop, { localAddr, remoteAddr, family = "unspec" }: DatagramOptions): CoroutineGenerator<readonly Pair[]> {
  if (localAddr === undefined && remoteAddr === undefined) return [{ family: family as "IPv4" | "IPv6" }];
  const locals = localAddr === undefined ? null : yield* resolve(loop, localAddr.host, family);
  const remotes = remoteAddr === undefined ? null : yield* resolve(loop, remoteAddr.host, family);
  const families = new Set([...locals ?? [], ...remotes ?? []].map((one) => one.family));
  const found = [...families].flatMap((one): Pair[] => {
    const local = locals?.find((address) => address.family === one)?.address;
    const remote = remotes?.find((address) => address.family === one)?.address;
    if ((locals !== null && local === undefined) || (remotes !== null && remote === undefined)) return [];
    return [{
      family: one,
      ...(local === undefined ? {} : { local: { host: local, port: localAddr!.port } }),
      ...(remote === undefined ? {} : { remote: { host: remote, port: remoteAddr!.port } }),
    }];
  });
  if (found.length === 0) throw new RangeError(`Cannot ${ACTION}: the addresses have no family in common`);
  return found;
}
