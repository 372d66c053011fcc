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
  readonly platform: string;
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
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => Channel;
  /** Some hosts for the edge have the class of node:async_hooks as a global. */
  readonly AsyncLocalStorage?: unknown;
  readonly setTimeout: (callback: () => void, delay: number) => unknown;
  readonly clearTimeout: (token: unknown) => void;
  readonly setInterval: (callback: () => void, delay: number) => unknown;
  readonly clearInterval: (token: unknown) => void;
}

/** The part of a MessageChannel that the adapters use. */
interface Channel {
  readonly port1: { onmessage: (() => void) | null; close(): void };
  readonly port2: { postMessage(message: null): void };
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
  const module = optionalBuiltin<M>(name);
  if (module === undefined) throw new TypeError(`Cannot load ${name}: this host has no such module (Node 20.16 or later, Deno and Bun do)`);
  return module;
}

/** The same, but undefined where the host has no such module. */
export function optionalBuiltin<M>(name: string): M | undefined {
  return hostGlobals().process?.getBuiltinModule?.(name) as M | undefined;
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

/** The host's event loop, made of its globals. */
export function hostLoop(globals: HostGlobals = hostGlobals()): HostLoop {
  return new GlobalsLoop(globals);
}

/** Takes the host's functions once, so that tests which replace the globals do not stop a loop that runs. */
class GlobalsLoop implements HostLoop {
  readonly #enqueue: (callback: () => void) => unknown;
  readonly #setTimeout: HostGlobals["setTimeout"];
  readonly #clearTimeout: HostGlobals["clearTimeout"];
  /** Null where the host has turns of its own. */
  readonly #turns: MessageTurns | null;

  constructor(globals: HostGlobals) {
    const { setImmediate, MessageChannel } = globals;
    this.#setTimeout = globals.setTimeout;
    this.#clearTimeout = globals.clearTimeout;
    const turns = this.#turns = setImmediate === undefined && MessageChannel !== undefined ? new MessageTurns(MessageChannel) : null;
    this.#enqueue = setImmediate ?? (turns === null ? (callback) => this.setTimer(0, callback) : (callback) => turns.enqueue(callback));
  }

  enqueue(callback: () => void): void {
    const enqueue = this.#enqueue;
    enqueue(callback);
  }

  setTimer(delay: number, callback: () => void): TimerToken {
    const setTimeout = this.#setTimeout;
    return setTimeout(callback, Math.ceil(delay)); // what is left of it after whole milliseconds would be spent in turns without work
  }

  clearTimer(token: TimerToken): void {
    const clearTimeout = this.#clearTimeout;
    clearTimeout(token);
  }

  hold(): Hold {
    const hold = new IntervalHold(hostGlobals());
    return this.#turns?.holdWith(hold) ?? hold;
  }
}

/**
 * Turns of a host that has none to be asked for: a message to oneself is one. (A timer would be, after the fifth in a row, one of 4 ms.) The channel
 * is open while callbacks wait or someone holds the process, since open ones may keep that alive too.
 */
class MessageTurns {
  readonly #Channel: new () => Channel;
  readonly #waiting: (() => void)[] = [];
  #channel: Channel | null = null;
  #holds = 0;

  constructor(Channel: new () => Channel) {
    this.#Channel = Channel;
  }

  enqueue(callback: () => void): void {
    this.#waiting.push(callback);
    this.#channel ??= this.#open();
    this.#channel.port2.postMessage(null);
  }

  holdWith(hold: Hold): Hold {
    this.#holds++;
    let held = true;
    const release = (): void => {
      if (held) this.#holds--;
      held = false;
      hold.release();
      this.#closeUnused();
    };
    return { release };
  }

  #open(): Channel {
    const channel = new this.#Channel();
    channel.port1.onmessage = () => {
      this.#waiting.shift()?.();
      this.#closeUnused();
    };
    return channel;
  }

  #closeUnused(): void {
    if (this.#holds > 0 || this.#waiting.length > 0) return;
    this.#channel?.port1.close();
    this.#channel = null;
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
