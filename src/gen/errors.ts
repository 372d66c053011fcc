/**
 * The two errors of tornado.gen that asyncio lacks.
 *
 * @module
 */

/** Something was yielded, or given to be waited for, that cannot be waited for. */
export class BadYieldError extends TypeError {
  /** The name of the class. */
  override get name(): string {
    return "BadYieldError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "BAD_YIELD" {
    return "BAD_YIELD";
  }
}

/**
 * Thrown inside a `gen.coroutine` it ends that with `value`, from any depth: out of loops, and out of plain functions that the coroutine has called.
 * `finally` blocks run; a `catch` on the way has to throw it on. Where nothing is in the way `return` does the same.
 */
export class Return<T = void> extends Error {
  /** What the coroutine gives. */
  readonly value: T;

  /** Without a value the coroutine gives undefined. */
  constructor(value?: T) {
    super();
    this.value = value as T;
  }
  /** The name of the class. */
  override get name(): string {
    return "Return";
  }
  /** Which error it is, across copies and threads. */
  get code(): "RETURN" {
    return "RETURN";
  }
}
