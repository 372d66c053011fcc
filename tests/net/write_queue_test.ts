import { join } from "../../src/net/data.ts";
import type { NetLoop } from "../../src/net/net_loop.ts";
import { WriteQueue } from "../../src/net/write_queue.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** A host that reads what it was given only when it takes it, or at once if it copies. */
class SlowHost {
  readonly writeMemory: "borrowed" | "copied";
  readonly #waiting: Uint8Array[] = [];
  readonly taken: Uint8Array[] = [];

  constructor(writeMemory: "borrowed" | "copied") {
    this.writeMemory = writeMemory;
  }

  write(chunk: Uint8Array): void {
    this.#waiting.push(this.writeMemory === "copied" ? chunk.slice() : chunk);
  }

  /** Takes up to `most` bytes of the first chunk, and tells how many. */
  take(most: number): number {
    const first = this.#waiting.shift();
    if (first === undefined) return 0;
    this.taken.push(first.slice(0, most));
    if (first.length > most) this.#waiting.unshift(first.subarray(most));
    return Math.min(most, first.length);
  }
}

function whole(chunks: readonly Uint8Array[]): Uint8Array {
  return join(chunks, chunks.reduce((sum, { length }) => sum + length, 0));
}

const SIZES = [1, 64, 1000, 8192, 40_000, 65_536, 100_000, 131_072, 150_000];

describe("the queue of what is written", () => {
  for (const writeMemory of ["borrowed", "copied"] as const) {
    it(`keeps every byte until the host has taken it, among others that use the same memory, where it is ${writeMemory}`, () => {
      const random = seededRandom(42);
      const below = (n: number): number => Math.floor(random() * n);
      const loop = {} as NetLoop;
      const ends = Array.from({ length: 4 }, () => {
        const host = new SlowHost(writeMemory);
        return { host, queue: new WriteQueue(loop, host), expected: [] as Uint8Array[] };
      });
      for (let step = 0; step < 1500; step++) {
        const { host, queue, expected } = ends[below(ends.length)]!;
        const act = below(5);
        if (act === 0 && queue.size < 600_000) {
          const data = new Uint8Array(SIZES[below(SIZES.length)]!).fill(step);
          expected.push(data.slice());
          if (below(2) === 0) queue.add(data);
          else queue.send(data);
          data.fill(0); // it is ours again
        } else if (act === 1) queue.pump();
        else {
          const taken = host.take(1 + below(100_000));
          if (taken > 0) queue.taken(taken);
        }
      }
      for (const { host, queue, expected } of ends) {
        while (queue.size > 0) {
          queue.pump();
          queue.taken(host.take(Infinity));
        }
        const [out, into] = [whole(host.taken), whole(expected)];
        assert.equal(out.length, into.length);
        assert.equal(out.findIndex((byte, i) => byte !== into[i]), -1); // a difference of so many bytes takes minutes to print
      }
    });
  }
});
