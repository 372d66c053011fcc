/**
 * Names to addresses and back. What `EventLoop` offers as methods, for any loop.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, awaitable, type CoroutineGenerator } from "../core/mod.ts";
import { AddressInfoError } from "../errors.ts";
import type { ResolvedAddress, ServiceName } from "../runtime/net_driver.ts";
import { checkFamily, checkPort, netDriverOf, resolve } from "./addresses.ts";
import { attempt } from "./attempt.ts";
import { canonicalAddress, familyOf, mappedAddress, unmappedAddress } from "./ip_address.ts";
import type { NetLoop } from "./net_loop.ts";
import { portOf, serviceAt, type SocketType } from "./services.ts";
import type { AddressFamily, AddressInfo, SocketAddress } from "./transports.ts";

/** For `getaddrinfo`: addresses to listen on, all of the machine for no host. Flags are added up; these are the numbers of Linux. */
export const AI_PASSIVE = 1;
/** For `getaddrinfo`: the first answer has the name in `canonname`. */
export const AI_CANONNAME = 2;
/** For `getaddrinfo`: the host is an address; nobody is asked. */
export const AI_NUMERICHOST = 4;
/** For `getaddrinfo`, with the family IPv6: IPv4 addresses as `::ffff:192.0.2.1` where there are no others. */
export const AI_V4MAPPED = 8;
/** For `getaddrinfo`, with `AI_V4MAPPED`: these too where there are others. */
export const AI_ALL = 16;
/** For `getaddrinfo`: only families of which this machine has an address. */
export const AI_ADDRCONFIG = 32;
/** For `getaddrinfo`: the port is a number, be it as text. */
export const AI_NUMERICSERV = 1024;

const KNOWN_FLAGS = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV;

/** What is asked of `getaddrinfo`. */
export interface AddressInfoOptions {
  /** Which addresses are wanted. @default "unspec" */
  readonly family?: AddressFamily;
  /** The kind of socket. @default both kinds: two answers for each address */
  readonly type?: SocketType;
  /** `AI_PASSIVE` and the like, added up. @default 0 */
  readonly flags?: number;
}

// ---------------------------------------------------------------- names to addresses

/** What was asked, decided. */
interface Query {
  readonly host: string | null;
  readonly service: string | number | null;
  readonly family: AddressFamily;
  readonly types: readonly SocketType[];
  readonly flags: number;
}

/** `EventLoop.getaddrinfo`. */
export function getaddrinfo(
  loop: NetLoop,
  host: string | null,
  port: number | string | null,
  options: AddressInfoOptions = {},
): Awaitable<AddressInfo[]> {
  return awaitable(find(loop, checkQuery(host, port, options)));
}

function checkQuery(host: unknown, port: unknown, { family = "unspec", type, flags = 0 }: AddressInfoOptions): Query {
  const action = "look up addresses";
  if (host !== null && typeof host !== "string") {
    throw new TypeError(`Cannot ${action}: the host is neither a string nor null but ${typeName(host)}`);
  }
  checkFamily(family, action);
  if (type !== undefined && type !== "stream" && type !== "datagram") {
    throw new RangeError(`Cannot ${action}: the type must be "stream" or "datagram", not ${String(type)}`);
  }
  if (typeof flags !== "number") throw new TypeError(`Cannot ${action}: the flags are no number but ${typeName(flags)}`);
  return { host, service: checkService(port, action), family, types: type === undefined ? ["stream", "datagram"] : [type], flags };
}

/** A name, or a port, which may be given as text; null for none. */
function checkService(port: unknown, action: string): string | number | null {
  if (port === null) return null;
  const service = typeof port === "string" && /^\d*$/.test(port) ? Number(port) : port;
  if (typeof service === "string") return service;
  if (typeof service !== "number") {
    throw new TypeError(`Cannot ${action}: the port is no number, no string and not null but ${typeName(service)}`);
  }
  checkPort(service, action);
  return service;
}

function* find(loop: NetLoop, query: Query): CoroutineGenerator<AddressInfo[]> {
  const { host, service, flags } = query;
  if ((flags & ~KNOWN_FLAGS) !== 0 || !Number.isInteger(flags)) {
    throw failure(query, "EAI_BADFLAGS", `${flags} has flags that are not known`);
  }
  if ((flags & AI_CANONNAME) !== 0 && host === null) throw failure(query, "EAI_BADFLAGS", "no host has no canonical name");
  if (host === null && service === null) throw failure(query, "EAI_NONAME", "neither a host nor a port is given");
  const ports = portsOf(query);
  const addresses = yield* addressesOf(loop, query);
  const canonname = (flags & AI_CANONNAME) === 0 ? "" : host!;
  return addresses
    .flatMap(({ address, family }) => ports.map(({ type, port }) => ({ family, type, address: { host: address, port, family } })))
    .map((info, index) => ({ ...info, canonname: index === 0 ? canonname : "" }));
}

function failure({ host, service }: Pick<Query, "host" | "service">, code: string, reason: string): AddressInfoError {
  const asked = [host ?? "no host", ...(service === null ? [] : [`port ${service}`])].join(" ");
  return new AddressInfoError(`Cannot resolve ${asked}: ${reason} (${code})`, { code, ...(host === null ? {} : { address: host }) });
}

/** The kinds of sockets for which there is such a service, each with its port. */
function portsOf(query: Query): readonly { readonly type: SocketType; readonly port: number }[] {
  const { service, types, flags } = query;
  if (service === null || typeof service === "number") return types.map((type) => ({ type, port: service ?? 0 }));
  if ((flags & AI_NUMERICSERV) !== 0) throw failure(query, "EAI_NONAME", "the port is no number");
  const found = types.map((type) => ({ type, port: portOf(service, type) }));
  const known = found.filter((one): one is { type: SocketType; port: number } => one.port !== null);
  if (known.length === 0) throw failure(query, "EAI_SERVICE", "the service is not known");
  return known;
}

function* addressesOf(loop: NetLoop, query: Query): CoroutineGenerator<readonly ResolvedAddress[]> {
  const { host, family, flags } = query;
  if (host === null) return ownAddresses((flags & AI_PASSIVE) !== 0).filter((one) => family === "unspec" || family === one.family);
  const literal = familyOf(host);
  if (literal === null) return yield* addressesOfName(loop, host, query);
  const address = canonicalAddress(host);
  if (literal === "IPv4" && family === "IPv6" && (flags & AI_V4MAPPED) !== 0) return [{ address: mappedAddress(address), family }];
  const mapped = family === "IPv4" ? unmappedAddress(address) : null;
  if (mapped !== null) return [{ address: mapped, family: "IPv4" }];
  return yield* resolve(loop, address, family);
}

/** In the order of the GNU C library. */
function ownAddresses(passive: boolean): ResolvedAddress[] {
  return passive
    ? [{ address: "0.0.0.0", family: "IPv4" }, { address: "::", family: "IPv6" }]
    : [{ address: "::1", family: "IPv6" }, { address: "127.0.0.1", family: "IPv4" }];
}

function* addressesOfName(loop: NetLoop, host: string, query: Query): CoroutineGenerator<readonly ResolvedAddress[]> {
  const { family, flags } = query;
  if (host === "") throw failure(query, "EAI_NONAME", "the host is empty");
  if ((flags & AI_NUMERICHOST) !== 0) throw failure(query, "EAI_NONAME", "it is no address");
  const configured = (flags & AI_ADDRCONFIG) !== 0;
  if (family !== "IPv6" || (flags & AI_V4MAPPED) === 0) return yield* resolve(loop, host, family, configured);
  const own = yield* orNone(resolve(loop, host, "IPv6", configured));
  if (own.length > 0 && (flags & AI_ALL) === 0) return own;
  const others = own.length > 0 ? yield* orNone(resolve(loop, host, "IPv4", configured)) : yield* resolve(loop, host, "IPv4", configured);
  return [...own, ...others.map(({ address }): ResolvedAddress => ({ address: mappedAddress(address), family: "IPv6" }))];
}

/** What a lookup brings; nothing for a name that has no such address. */
function* orNone(lookup: CoroutineGenerator<readonly ResolvedAddress[]>): CoroutineGenerator<readonly ResolvedAddress[]> {
  try {
    return yield* lookup;
  } catch (error) {
    if (isUnknown(error)) return [];
    throw error;
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof AddressInfoError && (error.code === "EAI_NONAME" || error.code === "EAI_NODATA");
}

// ---------------------------------------------------------------- addresses to names

/** `EventLoop.getnameinfo`. */
export function getnameinfo(
  loop: NetLoop,
  address: SocketAddress,
  options: { readonly numeric?: boolean } = {},
): Awaitable<[host: string, service: string]> {
  if (typeof address !== "object" || address === null) {
    throw new TypeError(`Cannot look up a name: an address was expected, got ${typeName(address)}`);
  }
  if ("path" in address) return awaitable(refuse(`Cannot look up the name of ${address.path}: a path has none (EAI_FAMILY)`, "EAI_FAMILY"));
  const { host, port } = address;
  if (typeof host !== "string") throw new TypeError(`Cannot look up a name: the host is no string but ${typeName(host)}`);
  checkPort(port, "look up a name");
  if (familyOf(host) === null) return awaitable(refuse(`Cannot look up the name of ${host}: it is no address (EAI_NONAME)`, "EAI_NONAME"));
  return awaitable(nameOf(loop, canonicalAddress(host), port, options.numeric ?? false));
}

// deno-lint-ignore require-yield -- it never gets so far
function* refuse(message: string, code: string): CoroutineGenerator<never> {
  throw new AddressInfoError(message, { code });
}

/** The address itself and the number of the port where there is no name, as the system does unless a name is required. */
function* nameOf(loop: NetLoop, address: string, port: number, numeric: boolean): CoroutineGenerator<[string, string]> {
  if (numeric) return [address, String(port)];
  const found = yield* askHost(loop, address, port);
  const isNumber = found === null || /^\d+$/.test(found.service);
  return [found?.hostname ?? address, isNumber ? serviceAt(port, "stream") ?? String(port) : found.service];
}

function* askHost(loop: NetLoop, address: string, port: number): CoroutineGenerator<ServiceName | null> {
  const driver = netDriverOf(loop, `look up the name of ${address}`);
  if (driver.lookupService === undefined) return null;
  try {
    return yield* attempt<ServiceName>(loop, (outcome) => driver.lookupService!(address, port, outcome), () => {});
  } catch (error) {
    if (isUnknown(error)) return null;
    throw error;
  }
}
