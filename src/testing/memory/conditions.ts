/**
 * What an in-memory network is like: how long things take, how they are cut, what is lost.
 *
 * @module
 */
import { typeName } from "../../_internal/type_name.ts";
import { seededRandom } from "../seeded_random.ts";

/** A number, or the least and the most of those among which chance decides, by the seed of the network. */
export type Span = number | readonly [least: number, most: number];

/** What a network is like. All of it may be changed while it is in use; what is under way goes on as it began. */
export interface NetworkConditions {
  /**
   * How many milliseconds something is on its way. Bytes of a connection keep their order, datagrams do not: with `[1, 20]` they overtake each
   * other. A connection takes two ways, and so does a name. @default 0, which is a turn of the host
   */
  readonly latency?: Span;
  /** How many bytes a connection gives at once, if there are so many: 1 for single bytes. @default 65_536 */
  readonly chunkSize?: Span;
  /**
   * How many bytes a connection takes, in each direction, that its peer has not read: what a system keeps in buffers. Writers feel a slow reader
   * when that is used up. @default 65_536
   */
  readonly capacity?: number;
  /** How many datagrams of one are lost: 0 for none, 1 for all. @default 0 */
  readonly loss?: number;
}

/** The conditions, each of them decided. */
export class Conditions {
  readonly #random: () => number;
  #latency: Span = 0;
  #chunkSize: Span = 65_536;
  /** Bytes, of each direction of a connection. */
  capacity = 65_536;
  #loss = 0;

  /** @throws TypeError when the seed is no number, RangeError when it is not finite. */
  constructor(seed: number) {
    checkNumber(seed, "the seed", -Infinity);
    this.#random = seededRandom(seed);
  }

  /** Changes those that are given. @throws TypeError or RangeError for what cannot be, and then none is changed. */
  change({ latency, chunkSize, capacity, loss }: NetworkConditions): void {
    if (latency !== undefined) checkSpan(latency, "the latency", 0);
    if (chunkSize !== undefined) checkSpan(chunkSize, "the size of chunks", 1);
    if (capacity !== undefined) checkNumber(capacity, "the capacity", 1);
    if (loss !== undefined) checkNumber(loss, "the loss", 0, 1);
    this.#latency = latency ?? this.#latency;
    this.#chunkSize = chunkSize ?? this.#chunkSize;
    this.capacity = capacity ?? this.capacity;
    this.#loss = loss ?? this.#loss;
  }

  /** How long the next thing is on its way. */
  latency(): number {
    return typeof this.#latency === "number" ? this.#latency : this.#between(...this.#latency);
  }

  /** How large the next chunk may be. */
  chunkSize(): number {
    const size = this.#chunkSize;
    return Math.floor(typeof size === "number" ? size : this.#between(size[0], size[1] + 1));
  }

  /** Whether the next datagram is lost. */
  loses(): boolean {
    return this.#loss > 0 && this.#random() < this.#loss;
  }

  #between(least: number, most: number): number {
    return least + this.#random() * (most - least);
  }
}

function checkSpan(span: unknown, what: string, least: number): void {
  if (!Array.isArray(span)) return checkNumber(span, what, least);
  if (span.length !== 2) throw new RangeError(`Cannot set ${what}: a number or two were expected, got ${span.length}`);
  for (const end of span) checkNumber(end, what, least);
  if (span[0] > span[1]) throw new RangeError(`Cannot set ${what}: the least (${span[0]}) is more than the most (${span[1]})`);
}

function checkNumber(value: unknown, what: string, least: number, most = Infinity): void {
  if (typeof value !== "number") throw new TypeError(`Cannot set ${what}: a number was expected, got ${typeName(value)}`);
  if (Number.isFinite(value) && value >= least && value <= most) return;
  const range = most === Infinity ? `${least} or more` : `from ${least} to ${most}`;
  throw new RangeError(`Cannot set ${what}: it must be ${least === -Infinity ? "finite" : range}, not ${value}`);
}
