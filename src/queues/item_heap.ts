/**
 * The items of a priority queue.
 *
 * @module
 */

/** Says which of two items comes first: negative for `a`, positive for `b`, zero for the one that was put first. */
export type Compare<T> = (a: T, b: T) => number;

interface Entry<T> {
  readonly item: T;
  /** Items that are equal leave in the order in which they came. */
  readonly sequence: number;
}

/** A binary heap. A comparison that throws changes nothing. */
export class ItemHeap<T> {
  readonly #entries: Entry<T>[] = [];
  readonly #compare: Compare<T>;
  #sequence = 0;

  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  /** How many items there are. */
  get length(): number {
    return this.#entries.length;
  }

  /** Adds an item. */
  push(item: T): void {
    const entry = { item, sequence: this.#sequence };
    const path = [this.#entries.length];
    for (let index = path[0]!; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(entry, this.#entries[parent]!)) break;
      path.push(parent);
      index = parent;
    }
    this.#sequence++;
    this.#moveAlong(path, entry);
  }

  /** Takes the first item; undefined when there is none. */
  shift(): T | undefined {
    const first = this.#entries[0];
    const length = this.#entries.length - 1;
    if (length <= 0) return this.#entries.pop()?.item;
    const last = this.#entries[length]!;
    const path = [0];
    for (let index = 0;;) {
      const child = this.#firstChild(index, length);
      if (child === -1 || !this.#isBefore(this.#entries[child]!, last)) break;
      path.push(child);
      index = child;
    }
    this.#entries.pop();
    this.#moveAlong(path, last);
    return first!.item;
  }

  /** Forgets all items. */
  clear(): void {
    this.#entries.length = 0;
  }

  /** Each entry of the path moves one place towards its beginning, and `entry` takes the end. */
  #moveAlong(path: readonly number[], entry: Entry<T>): void {
    for (let i = 1; i < path.length; i++) this.#entries[path[i - 1]!] = this.#entries[path[i]!]!;
    this.#entries[path.at(-1)!] = entry;
  }

  #firstChild(index: number, length: number): number {
    const left = 2 * index + 1;
    if (left >= length) return -1;
    return left + 1 < length && this.#isBefore(this.#entries[left + 1]!, this.#entries[left]!) ? left + 1 : left;
  }

  #isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    if (typeof order !== "number" || Number.isNaN(order)) throw new TypeError(`Cannot order items: compare gave ${order}, not a number`);
    return order < 0 || (order === 0 && a.sequence < b.sequence);
  }
}

/**
 * The order of Python's `<`: numbers, strings, and what has a value of these kinds (such as a Date); arrays element by element.
 *
 * @throws TypeError for what has no order, and for different kinds.
 */
export function compareItems(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  const left = valueOf(a);
  const right = valueOf(b);
  if (left === null || right === null || (typeof left === "string") !== (typeof right === "string")) {
    throw new TypeError(`Cannot order items: ${kindOf(a)} and ${kindOf(b)} have no order; give the queue a compare function`);
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] === b[i]) continue; // without an order, as Python's equal elements
    const order = compareItems(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function valueOf(item: unknown): number | bigint | string | boolean | null {
  const value: unknown = typeof item === "object" && item !== null ? item.valueOf() : item;
  const ordered = typeof value === "number" || typeof value === "bigint" || typeof value === "string" || typeof value === "boolean";
  return ordered ? value : null;
}

function kindOf(item: unknown): string {
  return item === null ? "null" : Array.isArray(item) ? "array" : typeof item;
}
