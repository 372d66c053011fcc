/**
 * Who is where: what is bound to addresses and ports.
 *
 * @module
 */
import { familyOf } from "../../net/ip_address.ts";

/** Something that is bound. */
export interface Bound {
  readonly host: string;
  readonly port: number;
  /** Whether it shares its place with others that do. */
  readonly shared: boolean;
}

/** The ports that systems give to those who ask for any. */
const FIRST_FREE = 49_152;
const LAST_PORT = 65_535;

/** What is bound, of one kind: TCP and UDP have ports of their own. */
export class PortTable<T extends Bound> {
  readonly #byPort = new Map<number, T[]>();
  #next = FIRST_FREE;
  #turns = 0;

  /** A port that nobody has: each time another one, until all were given once. */
  freePort(): number {
    for (;;) {
      const port = this.#next;
      this.#next = port === LAST_PORT ? FIRST_FREE : port + 1;
      if (!this.#byPort.has(port)) return port;
    }
  }

  /** Whether something can be bound there. */
  isFree({ host, port, shared }: Bound): boolean {
    const others = (this.#byPort.get(port) ?? []).filter((other) => covers(host, other.host) || covers(other.host, host));
    return others.every((other) => shared && other.shared);
  }

  add(bound: T): void {
    const there = this.#byPort.get(bound.port);
    if (there === undefined) this.#byPort.set(bound.port, [bound]);
    else there.push(bound);
  }

  remove(bound: T): void {
    const left = (this.#byPort.get(bound.port) ?? []).filter((other) => other !== bound);
    if (left.length === 0) this.#byPort.delete(bound.port);
    else this.#byPort.set(bound.port, left);
  }

  /** What is bound to an address, or else to all addresses; those who share it take turns. Undefined for nobody. */
  at(host: string, port: number): T | undefined {
    const there = (this.#byPort.get(port) ?? []).filter((bound) => covers(bound.host, host));
    const exact = there.filter((bound) => bound.host === host);
    const candidates = exact.length > 0 ? exact : there;
    return candidates.length < 2 ? candidates[0] : candidates[this.#turns++ % candidates.length];
  }

  /** Everything that is bound to a port. */
  allAt(port: number): readonly T[] {
    return this.#byPort.get(port) ?? [];
  }
}

/** Whether what is bound to `bound` gets what is sent to `host`. "::" takes IPv4 too, as systems have it. */
function covers(bound: string, host: string): boolean {
  return bound === host || bound === "::" || (bound === "0.0.0.0" && familyOf(host) === "IPv4");
}

/** Where something goes that is sent to all addresses of the machine: to itself. */
export function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/** The address of this machine that speaks to others of a family. */
export function ownAddress(family: "IPv4" | "IPv6"): string {
  return family === "IPv6" ? "::1" : "127.0.0.1";
}
