import { ByteQueue, type Match } from "../../src/streams/byte_queue.ts";
import { assert, describe, it, stress } from "../_kit/mod.ts";
import { bytes, concat, randomFrom, text } from "../net/_support.ts";

function queueOf(...chunks: string[]): ByteQueue {
  const queue = new ByteQueue();
  for (const chunk of chunks) queue.push(bytes(chunk));
  return queue;
}

function find(queue: ByteQueue, patterns: readonly string[], from = queue.position): Match | null {
  return queue.find(patterns.map(bytes).sort((a, b) => a.length - b.length), from);
}

describe("ByteQueue", () => {
  it("gives back what was added, in any portions", () => {
    const queue = queueOf("abc", "", "def", "ghi");
    assert.equal(queue.length, 9);
    assert.equal(text(queue.take(2)), "ab");
    assert.equal(text(queue.take(5)), "cdefg");
    assert.equal(queue.position, 7);
    queue.drop(1);
    assert.equal(text(queue.take(1)), "i");
    assert.deepEqual([queue.length, queue.position, queue.end], [0, 9, 9]);
    assert.equal(queue.take(0).length, 0);
  });

  it("hands out the last and large part of a chunk as it is, and copies the others", () => {
    const queue = new ByteQueue();
    const chunk = new Uint8Array(4096).fill(7);
    queue.push(chunk);
    assert.equal(queue.take(4096), chunk);
    queue.push(chunk);
    const small = queue.take(100);
    const rest = queue.take(3996);
    assert.equal(small.buffer.byteLength, 100);
    assert.equal(rest.buffer, chunk.buffer);
    chunk.fill(0);
    assert.equal(small[0], 7);
  });

  it("holds many small chunks in little more than their bytes", () => {
    const queue = new ByteQueue();
    for (let i = 0; i < 100_000; i++) queue.push(new Uint8Array([i]));
    const memory = new Set<ArrayBufferLike>();
    const parts: Uint8Array[] = [];
    for (let left = 100_000; left > 0; left -= parts.at(-1)!.length) parts.push(queue.take(Math.min(left, 4096)));
    for (const part of parts) memory.add(part.buffer);
    assert.ok(memory.size < 100);
    assert.ok(concat(parts).every((byte, i) => byte === i % 256));
  });

  it("finds a pattern, also across chunks", () => {
    const queue = queueOf("ab", "c", "de\r", "\nf");
    assert.deepEqual(find(queue, ["c"]), { start: 2, end: 3 });
    assert.deepEqual(find(queue, ["bcd"]), { start: 1, end: 4 });
    assert.deepEqual(find(queue, ["\r\n"]), { start: 5, end: 7 });
    assert.equal(find(queue, ["\nfg"]), null);
    assert.equal(find(queue, ["x"]), null);
    queue.drop(3);
    assert.deepEqual(find(queue, ["\n"]), { start: 6, end: 7 });
    assert.equal(find(queue, ["c"]), null);
  });

  it("finds, of several patterns, the one that ends first, and of these the shortest", () => {
    assert.deepEqual(find(queueOf("one;two\r\n"), ["\r\n", ";"]), { start: 3, end: 4 });
    assert.deepEqual(find(queueOf("abcd"), ["abcd", "bc"]), { start: 1, end: 3 });
    assert.deepEqual(find(queueOf("abc"), ["abc", "bc", "c"]), { start: 2, end: 3 });
    const far = "x".repeat(10_000);
    assert.deepEqual(find(queueOf(`${far}END`), ["END", "D"]), { start: 10_002, end: 10_003 });
    assert.deepEqual(find(queueOf(`a${far}b`), [`a${far}b`, "b"]), { start: 10_001, end: 10_002 });
    assert.deepEqual(find(queueOf(`a${far}b${far}`), [`a${far}b`, "c"]), { start: 0, end: 10_002 });
  });

  it("agrees with a plain search over random chunks, portions and patterns", () => {
    for (let seed = 0; seed < stress(3000); seed++) compareWithPlainSearch(seed);
  });
});

function compareWithPlainSearch(seed: number): void {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const alphabet = "ab\n".slice(0, 1 + below(3));
  const word = (most: number) => Array.from({ length: 1 + below(most) }, () => alphabet[below(alphabet.length)]).join("");
  const queue = new ByteQueue();
  let plain = "";
  let position = 0;
  for (let step = 0; step < 30; step++) {
    const action = below(4);
    if (action < 2) {
      const chunk = word(random() < 0.1 ? 3000 : 8);
      queue.push(bytes(chunk));
      plain += chunk;
    } else if (action === 2) {
      const count = below(plain.length + 1);
      assert.equal(text(queue.take(count)), plain.slice(0, count), `seed ${seed}`);
      plain = plain.slice(count);
      position += count;
    } else {
      const patterns = Array.from({ length: 1 + below(3) }, () => word(4));
      const from = below(plain.length + 1);
      assert.deepEqual(find(queue, patterns, position + from), plainSearch(plain, position, patterns, from), `seed ${seed}`);
    }
    assert.equal(queue.length, plain.length);
  }
}

function plainSearch(plain: string, position: number, patterns: readonly string[], from: number): Match | null {
  let best: Match | null = null;
  for (const pattern of [...patterns].sort((a, b) => a.length - b.length)) {
    const start = plain.indexOf(pattern, from);
    if (start >= 0 && (best === null || start + pattern.length < best.end)) best = { start, end: start + pattern.length };
  }
  return best === null ? null : { start: position + best.start, end: position + best.end };
}
