/**
 * A queue that grows: the ready queue of a loop, the chunks of a stream.
 *
 * @module
 */

const SMALLEST = 16;
/** Of those that never had any. */
const NONE: readonly never[] = [];

/** A ring buffer. Adding at the end and taking from the front cost the same however long it is. */
export class Deque<T> {
  #items: (T | undefined)[] = NONE as never[];
  /** The size of the ring, which is a power of two or zero, less one. */
  #mask = -1;
  #head = 0;
  #length = 0;

  /** How many items there are. */
  get length(): number {
    return this.#length;
  }

  /** Adds at the end. */
  push(item: T): void {
    if (this.#length > this.#mask) this.#grow();
    this.#items[(this.#head + this.#length++) & this.#mask] = item;
  }

  /** Takes the first item; undefined when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length--;
    return item;
  }

  /** The first item, left where it is; undefined when there is none. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head];
  }

  /** Puts another item in the place of the first; there has to be one. */
  replaceFirst(item: T): void {
    this.#items[this.#head] = item;
  }

  /** Changes the order of the first `count` items. `random` gives numbers from 0 to 1, 1 not among them. */
  shuffle(count: number, random: () => number): void {
    for (let left = count; left > 1; left--) {
      const chosen = (this.#head + Math.floor(random() * left)) & this.#mask;
      const last = (this.#head + left - 1) & this.#mask;
      [this.#items[chosen], this.#items[last]] = [this.#items[last], this.#items[chosen]];
    }
  }

  /** Forgets all items. */
  clear(): void {
    this.#items = NONE as never[];
    this.#mask = -1;
    this.#head = 0;
    this.#length = 0;
  }

  /** The items from first to last, left where they are. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.#items[(this.#head + i) & this.#mask] as T;
  }

  #grow(): void {
    const size = this.#mask + 1;
    const grown = Math.max(2 * size, SMALLEST);
    const items = new Array(grown);
    for (let i = 0; i < size; i++) items[i] = this.#items[(this.#head + i) & this.#mask];
    this.#items = items;
    this.#mask = grown - 1;
    this.#head = 0;
  }
}
