/**
 * Queues between tasks.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import { type Awaitable, awaitable, type CoroutineGenerator } from "../core/mod.ts";
import { QueueEmpty, QueueFull, QueueShutDown } from "../errors.ts";
import { Event } from "../sync/event.ts";
import { Waiter, WaiterQueue } from "../sync/waiter_queue.ts";
import { type Compare, compareItems, ItemHeap } from "./item_heap.ts";

/** Where the items of a queue are kept: what decides their order. */
interface Items<T> {
  readonly length: number;
  push(item: T): void;
  shift(): T | undefined;
  clear(): void;
}

/**
 * Items on their way from task to task, first in, first out. With a `maxsize` those who put wait while it is full; those who get wait while it is
 * empty. Either are served in the order in which they came.
 *
 *     open ── shutdown ──▶ closed to `put`; `get` gives what is left, then throws
 *
 * `for await (const item of queue)` gets items until the queue is shut down and empty; generators use `next()`.
 */
export class Queue<T> {
  readonly #maxsize: number;
  /** @internal */
  _items: Items<T> = new Deque<T>();
  #isShutDown = false;
  /** Items put, for which `taskDone` was not called yet. */
  #unfinished = 0;
  readonly #finished: Event = new Event();
  readonly #getters: WaiterQueue = new WaiterQueue("Queue");
  readonly #putters: WaiterQueue = new WaiterQueue("Queue");

  /**
   * It holds `maxsize` items at the most; any number with zero or less.
   *
   * @throws RangeError when it is no whole number.
   */
  constructor(maxsize: number = 0) {
    if (typeof maxsize !== "number") throw new TypeError(`Cannot make a queue: a number was expected as maxsize, got ${typeof maxsize}`);
    if (Number.isNaN(maxsize) || (Number.isFinite(maxsize) && !Number.isInteger(maxsize))) {
      throw new RangeError(`Cannot make a queue: maxsize ${maxsize} is no whole number`);
    }
    this.#maxsize = maxsize;
    this.#finished.set();
  }

  /** How many items it can hold; zero or less is any number. */
  get maxsize(): number {
    return this.#maxsize;
  }

  /** How many items are in it. */
  qsize(): number {
    return this._items.length;
  }

  /** Whether nothing is in it. */
  empty(): boolean {
    return this._items.length === 0;
  }

  /** Whether it holds `maxsize` items. */
  full(): boolean {
    return this.#maxsize > 0 && this._items.length >= this.#maxsize;
  }

  /**
   * Puts an item in, when there is room; gives up no turn if there is. When it is cancelled, the item is not put in.
   *
   * @throws QueueShutDown when it is shut down, before or meanwhile.
   */
  put(item: T): Awaitable<void> {
    return new Put(this, this.#putters, item);
  }

  /**
   * Puts an item in.
   *
   * @throws QueueFull when there is no room, QueueShutDown when it is shut down.
   */
  putNowait(item: T): void {
    if (this.#isShutDown) throw new QueueShutDown();
    if (this.full()) throw new QueueFull();
    this._items.push(item);
    this.#unfinished++;
    this.#finished.clear();
    this.#getters.wakeNext();
  }

  /**
   * Takes an item out, when there is one; gives up no turn if there is. When it is cancelled, no item is taken out.
   *
   * @throws QueueShutDown when it is empty and shut down, before or meanwhile.
   */
  get(): Awaitable<T> {
    return new Get(this, this.#getters);
  }

  /**
   * Takes an item out.
   *
   * @throws QueueEmpty when there is none, QueueShutDown when there will be none.
   */
  getNowait(): T {
    if (this.empty()) throw this.#isShutDown ? new QueueShutDown() : new QueueEmpty();
    const item = this._items.shift() as T;
    this.#putters.wakeNext();
    return item;
  }

  /**
   * Says that the work on an item that was taken out is done.
   *
   * @throws RangeError when that was said of all items already.
   */
  taskDone(): void {
    if (this.#unfinished <= 0) throw new RangeError("taskDone() called too many times");
    this.#unfinished--;
    if (this.#unfinished === 0) this.#finished.set();
  }

  /** Waits until `taskDone` was called for every item that was put in. */
  join(): Awaitable<void> {
    return awaitable(this.#join());
  }

  /**
   * Closes it to `put`. Those who wait for room get QueueShutDown; those who wait for items too, once there are none. With `immediate` the items
   * left are dropped, and count as done. May be called again, to drop them later.
   */
  shutdown(immediate: boolean = false): void {
    this.#isShutDown = true;
    if (immediate) this.#dropItems();
    this.#getters.wakeAll();
    this.#putters.wakeAll();
  }

  /** The next item; done once the queue is shut down and empty. */
  next(): Awaitable<IteratorResult<T, undefined>> {
    return new Next(this, this.#getters);
  }

  /** For `for await`. Several loops share the items. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Whether `put` has to wait.
   * @internal
   */
  _lacksRoom(): boolean {
    return this.full() && !this.#isShutDown;
  }

  /**
   * Whether `get` has to wait.
   * @internal
   */
  _lacksItems(): boolean {
    return this.empty() && !this.#isShutDown;
  }

  *#join(): CoroutineGenerator<void> {
    if (this.#unfinished > 0) yield* this.#finished.wait();
  }

  #dropItems(): void {
    this.#unfinished = Math.max(this.#unfinished - this._items.length, 0);
    this._items.clear();
    if (this.#unfinished === 0) this.#finished.set();
  }

  /**
   * One that was woken for an item goes without it.
   * @internal
   */
  _handOnItem(): void {
    if (!this.empty()) this.#getters.wakeNext();
  }

  /**
   * One that was woken for room goes without it.
   * @internal
   */
  _handOnRoom(): void {
    if (!this.full()) this.#putters.wakeNext();
  }
}

class Put<T> extends Waiter<void> {
  readonly #queue: Queue<T>;
  readonly #item: T;

  constructor(queue: Queue<T>, putters: WaiterQueue, item: T) {
    super(putters);
    this.#queue = queue;
    this.#item = item;
  }

  override get _label(): string {
    return "Queue.put";
  }

  _mustWait(): boolean {
    return this.#queue._lacksRoom();
  }

  override _mustWaitAgain(): boolean {
    return this.#queue._lacksRoom();
  }

  _outcome(): void {
    this.#queue.putNowait(this.#item);
  }

  override _handOn(woken: boolean): void {
    if (woken) this.#queue._handOnRoom();
  }
}

abstract class Take<T, R> extends Waiter<R> {
  readonly _queue: Queue<T>;

  constructor(queue: Queue<T>, getters: WaiterQueue) {
    super(getters);
    this._queue = queue;
  }

  override get _label(): string {
    return "Queue.get";
  }

  _mustWait(): boolean {
    return this._queue._lacksItems();
  }

  override _mustWaitAgain(): boolean {
    return this._queue._lacksItems();
  }

  override _handOn(woken: boolean): void {
    if (woken) this._queue._handOnItem();
  }
}

class Get<T> extends Take<T, T> {
  _outcome(): T {
    return this._queue.getNowait();
  }
}

class Next<T> extends Take<T, IteratorResult<T, undefined>> {
  _outcome(): IteratorResult<T, undefined> {
    if (this._queue.empty()) return { done: true, value: undefined };
    return { done: false, value: this._queue.getNowait() };
  }
}

/** How a PriorityQueue orders its items. */
export interface PriorityQueueOptions<T> {
  /** Negative when `a` is to leave before `b`. @default numbers and strings by `<`, arrays element by element */
  readonly compare?: (a: T, b: T) => number;
}

/**
 * A queue from which the smallest item is taken first; of equal items the one that was put in first. Without `compare`, items of different
 * kinds and objects are refused with a TypeError where they are put in, or where they meet.
 */
export class PriorityQueue<T> extends Queue<T> {
  /** It holds `maxsize` items at the most; any number with zero or less. */
  constructor(maxsize: number = 0, options: PriorityQueueOptions<T> = {}) {
    super(maxsize);
    const compare: Compare<T> = options.compare ?? compareItems;
    if (typeof compare !== "function") throw new TypeError(`Cannot make a queue: compare must be a function, got ${typeof compare}`);
    this._items = new ItemHeap<T>(compare);
  }
}

/** A queue from which the newest item is taken first. */
export class LifoQueue<T> extends Queue<T> {
  /** It holds `maxsize` items at the most; any number with zero or less. */
  constructor(maxsize: number = 0) {
    super(maxsize);
    this._items = new Stack<T>();
  }
}

class Stack<T> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    return this.#items.pop();
  }

  clear(): void {
    this.#items.length = 0;
  }
}
