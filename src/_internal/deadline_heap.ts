/**
 * A priority queue by time: the timers of a loop.
 *
 * @module
 */

/** What can be queued: items of one deadline leave in the order of their numbers. */
export interface Sequenced {
  readonly _sequence: number;
}

/**
 * A heap of four branches; the deadlines lie beside the items, in an array of their own, so that looking for the earliest does not have to
 * visit the items. Adding and taking cost in proportion to the logarithm of the length.
 */
export class DeadlineHeap<T extends Sequenced> {
  #deadlines: number[] = [];
  #items: T[] = [];

  /** How many items there are. */
  get length(): number {
    return this.#items.length;
  }

  /** The item that is due first, left where it is; undefined when there is none. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** The deadline of that item; Infinity when there is none. */
  get earliest(): number {
    return this.#deadlines[0] ?? Infinity;
  }

  /** Adds an item. */
  push(deadline: number, item: T): void {
    this.#rise(this.#items.length, deadline, item);
  }

  /** Takes the item that is due first; undefined when there is none. */
  pop(): T | undefined {
    const first = this.#items[0];
    const deadline = this.#deadlines.pop();
    const last = this.#items.pop();
    if (this.#items.length > 0) this.#sink(0, deadline!, last!);
    return first;
  }

  /** Keeps only the items that `wanted` accepts; takes time in proportion to their number. */
  retain(wanted: (item: T) => boolean): void {
    const items = this.#items;
    const deadlines = this.#deadlines;
    let kept = 0;
    for (let index = 0; index < items.length; index++) {
      if (!wanted(items[index]!)) continue;
      deadlines[kept] = deadlines[index]!;
      items[kept++] = items[index]!;
    }
    deadlines.length = items.length = kept;
    for (let index = (kept - 2) >> 2; index >= 0; index--) this.#sink(index, deadlines[index]!, items[index]!);
  }

  /** The items, in no particular order. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values();
  }

  /** Forgets all items. */
  clear(): void {
    this.#deadlines = [];
    this.#items = [];
  }

  /** Places an item that belongs at `index` or above. */
  #rise(index: number, deadline: number, item: T): void {
    const deadlines = this.#deadlines;
    const items = this.#items;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      if (!isBefore(deadline, item, deadlines[parent]!, items[parent]!)) break;
      deadlines[index] = deadlines[parent]!;
      items[index] = items[parent]!;
      index = parent;
    }
    deadlines[index] = deadline;
    items[index] = item;
  }

  /** Places an item that belongs at `index` or below. */
  #sink(index: number, deadline: number, item: T): void {
    const deadlines = this.#deadlines;
    const items = this.#items;
    for (;;) {
      const child = this.#earliestChild(index);
      if (child === -1 || !isBefore(deadlines[child]!, items[child]!, deadline, item)) break;
      deadlines[index] = deadlines[child]!;
      items[index] = items[child]!;
      index = child;
    }
    deadlines[index] = deadline;
    items[index] = item;
  }

  #earliestChild(index: number): number {
    const deadlines = this.#deadlines;
    const items = this.#items;
    const first = 4 * index + 1;
    const end = Math.min(first + 4, items.length);
    if (first >= end) return -1;
    let earliest = first;
    for (let child = first + 1; child < end; child++) {
      if (isBefore(deadlines[child]!, items[child]!, deadlines[earliest]!, items[earliest]!)) earliest = child;
    }
    return earliest;
  }
}

function isBefore(deadline: number, item: Sequenced, otherDeadline: number, other: Sequenced): boolean {
  return deadline < otherDeadline || (deadline === otherDeadline && item._sequence < other._sequence);
}
