/**
 * Hosts, ports and addresses.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import type { CoroutineGenerator } from "../core/mod.ts";
import { AddressInfoError, OSError, UnsupportedOperationError } from "../errors.ts";
import type { NetDriver, ResolvedAddress } from "../runtime/net_driver.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { attempt } from "./attempt.ts";
import { familyOf } from "./ip_address.ts";
import type { NetLoop } from "./net_loop.ts";
import type { AddressFamily } from "./transports.ts";

/** The network of the loop's host. @throws UnsupportedOperationError where it has none. */
export function netDriverOf(loop: NetLoop, action: string): NetDriver {
  const runtime: Runtime = loop._runtime;
  if (runtime.net === undefined) throw new UnsupportedOperationError(`Cannot ${action}: the ${runtime.name} runtime has no network`);
  return runtime.net;
}

/** @throws TypeError unless it is a number, RangeError unless it is a port. */
export function checkPort(port: unknown, action: string): asserts port is number {
  if (typeof port !== "number") throw new TypeError(`Cannot ${action}: the port is no number but ${typeof port}`);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`Cannot ${action}: the port must be 0-65535, not ${port}`);
}

/** @throws TypeError unless it is text, RangeError when it is empty. */
export function checkHost(host: unknown, action: string): asserts host is string {
  if (typeof host !== "string") throw new TypeError(`Cannot ${action}: the host is no string but ${typeName(host)}`);
  if (host === "") throw new RangeError(`Cannot ${action}: the host is empty`);
}

/** @throws RangeError unless it is a family of addresses. */
export function checkFamily(family: unknown, action: string): asserts family is AddressFamily {
  if (family !== "IPv4" && family !== "IPv6" && family !== "unspec") {
    throw new RangeError(`Cannot ${action}: the family must be "IPv4", "IPv6" or "unspec", not ${String(family)}`);
  }
}

/**
 * The addresses of a host, in the resolver's order: the host itself when it is an address. With `configured` only of families of which this machine
 * has an address.
 *
 * @throws AddressInfoError when it has none of the family.
 */
export function* resolve(
  loop: NetLoop,
  host: string,
  family: AddressFamily,
  configured = false,
): CoroutineGenerator<readonly ResolvedAddress[]> {
  const literal = familyOf(host);
  if (literal !== null && family !== "unspec" && family !== literal) {
    throw new AddressInfoError(`Cannot resolve ${host}: it is no ${family} address (EAI_ADDRFAMILY)`, {
      code: "EAI_ADDRFAMILY",
      address: host,
    });
  }
  if (literal !== null) return [{ address: host, family: literal }];
  const driver = netDriverOf(loop, `resolve ${host}`);
  const found = yield* attempt<readonly ResolvedAddress[]>(loop, (outcome) => driver.lookup(host, family, outcome, configured), () => {});
  if (found.length === 0) throw new OSError("getaddrinfo() returned empty list", { address: host });
  return distinct(found);
}

/** The same without those that were there before. */
export function distinct(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  return addresses.filter(({ address }, index) => addresses.findIndex((other) => other.address === address) === index);
}

/** One error for several attempts: the only one there is, or that they all agree on, else one that tells them all. */
export function combine(errors: readonly OSError[]): OSError {
  const [first, ...others] = errors as readonly [OSError, ...OSError[]];
  if (others.every(({ message }) => message === first.message)) return first;
  const code = others.every((error) => error.code === first.code) ? first.code : undefined;
  const message = `Multiple exceptions: ${errors.map((error) => error.message).join(", ")}`;
  return new OSError(message, { cause: new AggregateError(errors), ...(code === undefined ? {} : { code }) });
}
