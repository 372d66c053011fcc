/**
 * The port, part one: time, the host's own event loop, and asynchronous context. Types only.
 *
 * @module
 */

/** A monotonic clock. */
export interface Clock {
  /** Milliseconds, with a fraction, from an arbitrary origin. Never goes backwards. */
  now(): number;
  /** The smallest step that `now()` can show, in milliseconds. */
  readonly resolution: number;
}

/** What `setTimer` gives and `clearTimer` takes; only its host knows what it is. */
export type TimerToken = unknown;

/** Keeps the process alive until it is released; releasing it again does nothing. */
export interface Hold {
  release(): void;
}

/** The part of a host's event loop that a guest needs. */
export interface HostLoop {
  /** Runs `callback` once, on a later turn, after the host had a chance to do I/O. Never synchronous. */
  enqueue(callback: () => void): void;
  /**
   * Runs `callback` once, after about `delay` milliseconds (possibly a little early). `delay` is below 2**31, and may have a fraction. `deadline`
   * is when that is on the clock, or later where the delay was cut: for hosts whose clock jumps.
   */
  setTimer(delay: number, callback: () => void, deadline?: number): TimerToken;
  /** Forgets a timer; one that has fired is ignored. */
  clearTimer(token: TimerToken): void;
  /** Keeps the process alive. */
  hold(): Hold;
}

/** Something that advances by steps, each of which must run in the context that was captured for it. */
export interface Steppable {
  /** Tells whether there may be another step. Never throws. */
  step(): boolean;
  /** For the storage: what it captured; null before. */
  scope: unknown;
  /** For the storage: whether the target has been made the store of its scope. False before. */
  entered: boolean;
}

/** Asynchronous context: one store that follows `await`, timers and promise callbacks. */
export interface ContextStorage {
  /** Calls `body` with `store` as the current store, for it and everything that it starts. */
  run<T>(store: object, body: () => T): T;
  /** The store of the code that is running, undefined where there is none. */
  current(): object | undefined;
  /** Captures the context that is current here, other libraries' stores too, for the steps of `target`, whose store will be `target` itself. */
  capture(target: Steppable): void;
  /**
   * Calls the target's `step()` once, in its context: before it returns (true), or in a microtask (false), whichever is cheaper on this host.
   * Not called again before that step has run, nor after one that was the last.
   */
  resume(target: Steppable): boolean;
  /**
   * Only of a storage whose host cannot follow an `await`: tells it whose async function goes on in the microtasks that come now; null when
   * none does any more.
   */
  woken?(store: object | null): void;
}
