/**
 * Trying several addresses for one connection (RFC 8305, Happy Eyeballs).
 *
 * @module
 */
import type { TimerHandle } from "../core/mod.ts";
import { OSError } from "../errors.ts";
import type { Abandon, ConnectOptions, NetDriver, Outcome, ResolvedAddress, SocketHandle } from "../runtime/net_driver.ts";
import { combine } from "./addresses.ts";
import type { NetLoop } from "./net_loop.ts";

/**
 * The addresses with their families in turn (RFC 8305, section 4): `firstCount` of the first family, then one of each.
 */
export function interleave(addresses: readonly ResolvedAddress[], firstCount: number): ResolvedAddress[] {
  const families = [...new Set(addresses.map(({ family }) => family))];
  const groups = families.map((family) => addresses.filter((address) => address.family === family));
  const ahead = groups[0]?.splice(0, firstCount - 1) ?? [];
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, turn) => groups.flatMap((group) => group.slice(turn, turn + 1)));
  return [...ahead, ...turns.flat()];
}

/** Where an attempt goes. @throws OSError when there is no such place. */
export type Place = () => ConnectOptions;

/**
 * One connection to the first of several places that takes it.
 *
 * An attempt begins when the one before it has failed or, with a `delay` in milliseconds, when that has passed since it began. The first
 * that succeeds wins; the others are abandoned. When all have failed the outcome is an error that tells them all; `errors` has them in the
 * order of the places.
 */
export class ConnectRace {
  readonly #loop: NetLoop;
  readonly #driver: NetDriver;
  readonly #places: readonly Place[];
  readonly #delay: number | null;
  readonly #outcome: Outcome<SocketHandle>;
  readonly #errors = new Map<number, OSError>();
  readonly #running = new Set<Abandon>();
  #next = 0;
  #timer: TimerHandle | null = null;
  #over = false;

  constructor(loop: NetLoop, driver: NetDriver, places: readonly Place[], delay: number | null, outcome: Outcome<SocketHandle>) {
    this.#loop = loop;
    this.#driver = driver;
    this.#places = places;
    this.#delay = delay;
    this.#outcome = outcome;
  }

  /** The errors so far. */
  get errors(): OSError[] {
    return [...this.#errors].sort(([a], [b]) => a - b).map(([, error]) => error);
  }

  /** Begins the first attempt. Once. */
  begin(): void {
    this.#beginNext();
  }

  /** Abandons the attempts that are under way. */
  readonly abandon: Abandon = () => {
    if (!this.#over) this.#end();
  };

  readonly #beginNext = (): void => {
    this.#timer?.cancel();
    this.#timer = null;
    const index = this.#next++;
    try {
      this.#dial(index, this.#places[index]!());
    } catch (error) {
      return this.#fail(index, error as Error);
    }
    if (this.#delay !== null && this.#next < this.#places.length) this.#timer = this.#loop.callLater(this.#delay, this.#beginNext);
  };

  #dial(index: number, place: ConnectOptions): void {
    const abandon = this.#driver.connect(place, (error, handle) => {
      this.#running.delete(abandon);
      if (this.#over) return handle?.close();
      if (error !== null) return this.#fail(index, error);
      this.#end();
      this.#outcome(null, handle);
    });
    this.#running.add(abandon);
  }

  /** What is no error of the system ends the race: the next address would not help. */
  #fail(index: number, error: Error): void {
    if (!(error instanceof OSError)) {
      this.#end();
      return this.#outcome(error, null);
    }
    this.#errors.set(index, error);
    if (this.#next < this.#places.length) return this.#beginNext();
    if (this.#running.size > 0) return;
    this.#end();
    this.#outcome(combine(this.errors), null);
  }

  #end(): void {
    this.#over = true;
    this.#timer?.cancel();
    for (const abandon of this.#running) abandon();
    this.#running.clear();
  }
}
