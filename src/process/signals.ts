/**
 * Signals of the operating system.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import {
  type Awaitable,
  awaitable,
  type BaseEventLoop,
  copyContext,
  type CoroutineGenerator,
  currentLoop,
  Handle,
  isCoroutineFunction,
  type Items,
  type LoopFace,
} from "../core/mod.ts";
import { RuntimeError, UnsupportedOperationError } from "../errors.ts";
import { Queue } from "../queues/queue.ts";
import type { Runtime, SignalDriver } from "../runtime/runtime.ts";

/** The name of a signal, as `SIGTERM`. */
export type SignalName = `SIG${string}`;

/** What every host can catch. */
const CATCHABLE: ReadonlySet<string> = new Set([
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGCHLD",
  "SIGCONT",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
]);

/** What no program, or not on every host, can catch. */
const UNCATCHABLE: ReadonlySet<string> = new Set([
  "SIGKILL",
  "SIGSTOP",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGSEGV",
  "SIGSTKFLT",
  "SIGPWR",
  "SIGPOLL",
  "SIGSYS",
]);

/** A loop that can listen to signals. */
export interface SignalLoop extends BaseEventLoop {
  /** @internal */
  _signals: SignalTable | null;
}

/** What a loop listens to: of each signal one listener of the host, whoever wants to hear of it. Closed with the loop. */
export class SignalTable {
  readonly #loop: SignalLoop;
  readonly #driver: SignalDriver;
  readonly #heard = new Map<SignalName, Heard>();

  /** @throws UnsupportedOperationError where the host has no signals. */
  constructor(loop: SignalLoop) {
    const { signals, name } = loop._runtime as Runtime;
    if (signals === undefined) throw new UnsupportedOperationError(`Cannot listen to signals: the runtime ${name} has none`);
    this.#loop = loop;
    this.#driver = signals;
    loop._open.add(this);
  }

  /** Whether somebody listens to the signal. */
  has(name: SignalName): boolean {
    return this.#heard.has(name);
  }

  /** Sets the one handler of a signal; null takes it away. Gives whether there was one. */
  setHandler(name: SignalName, handler: Handle | null): boolean {
    const heard = handler === null ? this.#heard.get(name) : this.#hear(name);
    const had = heard !== undefined && heard.handler !== null;
    if (heard !== undefined) heard.handler = handler;
    this.#forgetIfUnheard(name);
    return had;
  }

  /** Calls `listener` as well, inside the loop, whenever the signal comes. */
  addListener(name: SignalName, listener: (name: SignalName) => void): void {
    this.#hear(name).listeners.add(listener);
  }

  /** Undoes `addListener`. */
  removeListener(name: SignalName, listener: (name: SignalName) => void): void {
    this.#heard.get(name)?.listeners.delete(listener);
    this.#forgetIfUnheard(name);
  }

  /** Listens to nothing any more. */
  close(): void {
    for (const [name, { callback }] of this.#heard) this.#driver.remove(name, callback);
    this.#heard.clear();
    this.#loop._open.delete(this);
    this.#loop._signals = null;
  }

  /** For reports. */
  toString(): string {
    return `<SignalTable ${[...this.#heard.keys()].join(" ")}>`;
  }

  #hear(name: SignalName): Heard {
    const known = this.#heard.get(name);
    if (known !== undefined) return known;
    const callback = (): void => this.#loop._deliver(() => this.#tell(name));
    const heard: Heard = { callback, handler: null, listeners: new Set() };
    this.#driver.add(name, callback);
    this.#heard.set(name, heard);
    return heard;
  }

  #tell(name: SignalName): void {
    const heard = this.#heard.get(name);
    for (const listener of [...heard?.listeners ?? []]) listener(name);
    heard?.handler?._run();
  }

  #forgetIfUnheard(name: SignalName): void {
    const heard = this.#heard.get(name);
    if (heard === undefined || heard.handler !== null || heard.listeners.size > 0) return;
    this.#driver.remove(name, heard.callback);
    this.#heard.delete(name);
  }
}

/** Who listens to one signal. */
interface Heard {
  readonly callback: () => void;
  handler: Handle | null;
  readonly listeners: Set<(name: SignalName) => void>;
}

/** `loop.addSignalHandler`. */
export function addSignalHandler<A extends unknown[]>(loop: SignalLoop, name: SignalName, callback: (...args: A) => void, args: A): void {
  loop._checkOpen();
  checkSignalName(name);
  if (typeof callback !== "function") {
    throw new TypeError(`Cannot handle ${name}: a function was expected, got ${typeName(callback)}`);
  }
  if (isCoroutineFunction(callback)) {
    throw new TypeError(`Cannot handle ${name}: ${callback.name || "the handler"} is a coroutine function; start a task in a plain one`);
  }
  tableOf(loop).setHandler(name, new Handle(loop as unknown as LoopFace, callback, args, copyContext()));
}

/** `loop.removeSignalHandler`. */
export function removeSignalHandler(loop: SignalLoop, name: SignalName): boolean {
  checkSignalName(name);
  return loop._signals?.setHandler(name, null) ?? false;
}

/**
 * The signals of these names as they come, from the call on; handlers of the loop hear them too. Meanwhile their default effect is off. Signals that came
 * several times before they were asked for may be told once. Leaving a `for await` ends it, as `return()` does and the end of the loop.
 *
 *     for await (const name of signals("SIGHUP", "SIGTERM")) { … }
 *
 * A program lives on while it waits for one.
 *
 * @throws RangeError for a name that is none and for no names; RuntimeError for signals that cannot be caught.
 */
export function signals(...names: SignalName[]): Items<SignalName> {
  if (names.length === 0) throw new RangeError("Cannot listen to signals: no names were given");
  for (const name of names) checkSignalName(name);
  return new SignalItems(tableOf(currentLoop() as SignalLoop), new Set(names));
}

class SignalItems implements Items<SignalName> {
  readonly #table: SignalTable;
  readonly #names: ReadonlySet<SignalName>;
  readonly #came: Queue<SignalName> = new Queue();
  readonly #waiting = new Set<SignalName>();
  readonly #take = (name: SignalName): void => {
    if (this.#waiting.has(name)) return;
    this.#waiting.add(name);
    this.#came.putNowait(name);
  };

  constructor(table: SignalTable, names: ReadonlySet<SignalName>) {
    this.#table = table;
    this.#names = names;
    for (const name of names) table.addListener(name, this.#take);
  }

  next(): Awaitable<IteratorResult<SignalName, undefined>> {
    return awaitable(this.#next());
  }

  *#next(): CoroutineGenerator<IteratorResult<SignalName, undefined>> {
    const item = yield* this.#came.next();
    if (!item.done) this.#waiting.delete(item.value);
    return item;
  }

  return(): Awaitable<IteratorResult<SignalName, undefined>> {
    return awaitable(this.#return());
  }

  *#return(): CoroutineGenerator<IteratorResult<SignalName, undefined>> {
    for (const name of this.#names) this.#table.removeListener(name, this.#take);
    this.#came.shutdown(true);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * @throws TypeError for what is no string, RangeError for the name of no signal, RuntimeError for a signal that cannot be caught on every host.
 */
export function checkSignalName(name: unknown): asserts name is SignalName {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot listen to a signal: a name such as "SIGTERM" was expected, got ${typeName(name)}`);
  }
  if (UNCATCHABLE.has(name)) throw new RuntimeError(`Cannot listen to ${name}: it cannot be caught`);
  if (!CATCHABLE.has(name)) throw new RangeError(`Cannot listen to ${name}: it is the name of no signal; SIGTERM would be one`);
}

/** For signals that are sent: they need not be such that can be caught. @throws TypeError for what is no string, RangeError for the name of no signal. */
export function checkAnySignalName(name: unknown): asserts name is SignalName {
  if (typeof name !== "string") throw new TypeError(`Cannot send a signal: a name such as "SIGTERM" was expected, got ${typeName(name)}`);
  if (CATCHABLE.has(name) || UNCATCHABLE.has(name)) return;
  throw new RangeError(`Cannot send ${name}: it is the name of no signal; SIGTERM would be one`);
}

function tableOf(loop: SignalLoop): SignalTable {
  return loop._signals ??= new SignalTable(loop);
}
