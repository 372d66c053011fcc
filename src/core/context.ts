/**
 * Context variables (Python's contextvars): values that belong to a task and are inherited by the tasks it makes.
 *
 * @module
 */
import { LookupError, RuntimeError } from "../errors.ts";
import { currentStrand, running, type Values } from "./running.ts";

/** No values at all. */
export const NO_VALUES: ReadonlyMap<object, unknown> = new Map();

/**
 * The values of context variables. Each task has one, a copy of its maker's; callbacks have the one that was current
 * when they were scheduled. Copying costs the same however many values there are.
 */
export class Context {
  /** @internal */
  _values: Values = NO_VALUES;
  #entered = false;

  /**
   * Calls `fn` with this context as the current one. What `fn` sets stays in this context. An async function that `fn` calls
   * goes on in the context of its task: only what runs before `fn` returns sees this one.
   *
   * @throws RuntimeError when this context is entered already.
   */
  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    if (this.#entered) throw new RuntimeError("Cannot enter context: it is already entered");
    this.#entered = true;
    const outer = running.context;
    running.context = this;
    try {
      return fn(...args);
    } finally {
      running.context = outer;
      this.#entered = false;
    }
  }

  /** The value that `variable` has in this context, without its default; undefined where it has none. */
  get<T>(variable: ContextVar<T>): T | undefined {
    return this._values.get(variable) as T | undefined;
  }

  /** Whether `variable` was set in this context. */
  has(variable: ContextVar<unknown>): boolean {
    return this._values.has(variable);
  }

  /** The variables that were set, with their values. */
  entries(): IterableIterator<[ContextVar<unknown>, unknown]> {
    return this._values.entries() as IterableIterator<[ContextVar<unknown>, unknown]>;
  }

  /** A context of its own with the same values. */
  copy(): Context {
    return contextOf(this._values);
  }
}

/** What `ContextVar.set` gives back, to undo it. */
export class Token<T> {
  /** The variable that was set. */
  readonly var: ContextVar<T>;
  /** @internal */
  readonly _context: Context;
  /** @internal */
  readonly _had: boolean;
  /** @internal */
  readonly _former: T | undefined;
  /** @internal */
  _used = false;

  /** @internal */
  constructor(variable: ContextVar<T>, context: Context) {
    this.var = variable;
    this._context = context;
    this._had = context.has(variable);
    this._former = context.get(variable);
  }
}

/**
 * A variable with a value of its own in every task. Make it once, at module level.
 *
 * @example
 * ```ts ignore
 * const user = new ContextVar<string>("user");
 * user.set("ann"); // for this task, and the tasks that it makes from now on
 * ```
 */
export class ContextVar<T> {
  /** For people. */
  readonly name: string;
  readonly #hasDefault: boolean;
  readonly #default: T | undefined;

  /** `name` is for people; `default` is what `get` gives where nothing was set. */
  constructor(name: string, options: { readonly default?: T } = {}) {
    if (typeof name !== "string") throw new TypeError(`Cannot make a context variable: its name is no string but ${typeof name}`);
    this.name = name;
    this.#hasDefault = "default" in options;
    this.#default = options.default;
  }

  /**
   * The value in the current context, else `fallback` where one is given, else the variable's default.
   *
   * @throws LookupError when there is none of them.
   */
  get(): T;
  /** With a value for where there is none. */
  get<D>(fallback: D): T | D;
  get(...fallback: [] | [unknown]): unknown {
    const values = currentValues();
    const value = values.get(this);
    if (value !== undefined || values.has(this)) return value;
    if (fallback.length > 0) return fallback[0];
    if (this.#hasDefault) return this.#default;
    throw new LookupError(`Cannot read context variable "${this.name}": it has no value here and no default`);
  }

  /** Gives the variable a value in the current context. */
  set(value: T): Token<T> {
    const context = currentContext();
    const token = new Token(this, context);
    context._values = new Map(context._values).set(this, value);
    return token;
  }

  /**
   * Gives the variable back the value it had before the `set` that made `token`.
   *
   * @throws RuntimeError when the token was used before; RangeError when it was made for another variable or in another context.
   */
  reset(token: Token<T>): void {
    if (!(token instanceof Token)) {
      throw new TypeError(`Cannot reset context variable "${this.name}": what \`set\` gave was expected, got ${typeof token}`);
    }
    if (token._used) throw new RuntimeError(`Cannot reset context variable "${this.name}": the token was used already`);
    if (token.var !== this) {
      throw new RangeError(`Cannot reset context variable "${this.name}": the token is of variable "${token.var.name}"`);
    }
    const context = currentContext();
    if (token._context !== context) {
      throw new RangeError(`Cannot reset context variable "${this.name}": the token was made in a different context`);
    }
    token._used = true;
    const values = new Map(context._values);
    if (token._had) values.set(this, token._former);
    else values.delete(this);
    context._values = values;
  }
}

/** A copy of the current context. */
export function copyContext(): Context {
  return contextOf(currentValues());
}

/** A context that holds `values`. */
export function contextOf(values: Values): Context {
  const context = new Context();
  context._values = values;
  return context;
}

/** What the current context holds, without making it where it is not made yet. */
export function currentValues(): Values {
  if (running.context !== null) return running.context._values;
  const strand = currentStrand();
  return strand !== null ? strand.task._values : running.outside?._values ?? NO_VALUES;
}

/** The context that `get` and `set` work on here. */
export function currentContext(): Context {
  if (running.context !== null) return running.context as Context;
  const strand = currentStrand();
  if (strand !== null) return strand.task._context as Context;
  return (running.outside ??= new Context()) as Context;
}
