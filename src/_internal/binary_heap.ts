/**
 * A priority queue: the timers of a loop.
 *
 * @module
 */

/** A binary heap: the item that comes before all others is at hand. `before` is a strict order. */
export class BinaryHeap<T> {
  readonly #before: (a: T, b: T) => boolean;
  #items: T[] = [];

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  /** How many items there are. */
  get length(): number {
    return this.#items.length;
  }

  /** The first item, left where it is; undefined when there is none. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item. */
  push(item: T): void {
    const items = this.#items;
    let index = items.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent]!;
      if (!this.#before(item, above)) break;
      items[index] = above;
      index = parent;
    }
    items[index] = item;
  }

  /** Takes the first item; undefined when there is none. */
  pop(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (this.#items.length > 0) this.#sink(0, last!);
    return first;
  }

  /** Keeps only the items that `wanted` accepts; takes time in proportion to their number. */
  retain(wanted: (item: T) => boolean): void {
    this.#items = this.#items.filter(wanted);
    for (let index = (this.#items.length >> 1) - 1; index >= 0; index--) this.#sink(index, this.#items[index]!);
  }

  /** Forgets all items. */
  clear(): void {
    this.#items = [];
  }

  /** All items, in no promised order. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items[Symbol.iterator]();
  }

  /** Places `item`, which belongs at `index` or below. */
  #sink(index: number, item: T): void {
    const items = this.#items;
    const count = items.length;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= count) break;
      if (child + 1 < count && this.#before(items[child + 1]!, items[child]!)) child++;
      const below = items[child]!;
      if (!this.#before(below, item)) break;
      items[index] = below;
      index = child;
    }
    items[index] = item;
  }
}
