/**
 * What all hosts have alike: the globals, the clock, and the host's event loop. The one place where the adapters
 * look at `globalThis`, and only when they are used.
 *
 * @module
 */
import type { Clock, Hold, HostLoop, TimerToken } from "../../runtime/host.ts";

/** The part of Node's `process`, which all three hosts have, that the adapters use. */
export interface HostProcess {
  readonly versions: { readonly node?: string };
  getBuiltinModule?(name: string): unknown;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** The globals that the adapters use. */
export interface HostGlobals {
  readonly Deno?: unknown;
  readonly Bun?: unknown;
  readonly process?: HostProcess;
  readonly performance: { now(): number };
  readonly setImmediate: (callback: () => void) => unknown;
  readonly setTimeout: (callback: () => void, delay: number) => unknown;
  readonly clearTimeout: (token: unknown) => void;
  readonly setInterval: (callback: () => void, delay: number) => unknown;
  readonly clearInterval: (token: unknown) => void;
}

/** The host's globals, as they are now. */
export function hostGlobals(): HostGlobals {
  // dnt-shim-ignore
  return globalThis as unknown as HostGlobals;
}

/**
 * A module of Node's standard library, such as "node:net".
 *
 * @throws TypeError where the host has no such module.
 */
export function getBuiltin<M>(name: string): M {
  const module = hostGlobals().process?.getBuiltinModule?.(name);
  if (module === undefined) throw new TypeError(`Cannot load ${name}: this host has no such module (Node 20.16 or later, Deno and Bun do)`);
  return module as M;
}

/** The major version of Node that the host is, or says it is like; 0 where it says none. */
export function nodeMajor(): number {
  return Number.parseInt(hostGlobals().process?.versions.node ?? "0", 10);
}

/** Hosts show steps of well under a microsecond; below this nobody sees a difference. */
const CLOCK_RESOLUTION = 0.001;

/** The host's monotonic clock. */
export function hostClock(): Clock {
  const { performance } = hostGlobals();
  return { now: () => performance.now(), resolution: CLOCK_RESOLUTION };
}

/** The host's event loop. */
export function hostLoop(): HostLoop {
  return new GlobalsLoop(hostGlobals());
}

/** Takes the host's functions once, so that tests which replace the globals do not stop a loop that runs. */
class GlobalsLoop implements HostLoop {
  readonly #setImmediate: HostGlobals["setImmediate"];
  readonly #setTimeout: HostGlobals["setTimeout"];
  readonly #clearTimeout: HostGlobals["clearTimeout"];

  constructor(globals: HostGlobals) {
    this.#setImmediate = globals.setImmediate;
    this.#setTimeout = globals.setTimeout;
    this.#clearTimeout = globals.clearTimeout;
  }

  enqueue(callback: () => void): void {
    const setImmediate = this.#setImmediate;
    setImmediate(callback);
  }

  setTimer(delay: number, callback: () => void): TimerToken {
    const setTimeout = this.#setTimeout;
    return setTimeout(callback, delay);
  }

  clearTimer(token: TimerToken): void {
    const clearTimeout = this.#clearTimeout;
    clearTimeout(token);
  }

  hold(): Hold {
    return new IntervalHold(hostGlobals());
  }
}

/** The longest delay that hosts take. */
const FAR = 2 ** 31 - 1;

/** A timer that never comes to anything, for hosts live as long as there is one. */
class IntervalHold implements Hold {
  readonly #clearInterval: HostGlobals["clearInterval"];
  #token: unknown;

  constructor(globals: HostGlobals) {
    const { setInterval } = globals;
    this.#clearInterval = globals.clearInterval;
    this.#token = setInterval(() => {}, FAR);
  }

  release(): void {
    const clearInterval = this.#clearInterval;
    clearInterval(this.#token);
    this.#token = undefined;
  }
}
