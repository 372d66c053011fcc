import {
  createTask,
  getRunningLoop,
  IncompleteReadError,
  isCancelled,
  LimitOverrunError,
  type ReadTransport,
  run,
  RuntimeError,
  sleep,
  StreamReader,
  type Task,
  timeout,
  TimeoutError,
  UnsupportedOperationError,
} from "../../mod.ts";
import { assert, describe, it, stress } from "../_kit/mod.ts";
import { bytes, randomFrom, runQuietly, text } from "../net/_support.ts";

/** What a read does: the text, or how it fails. */
async function outcome(read: PromiseLike<Uint8Array>): Promise<string> {
  try {
    return text(await read);
  } catch (error) {
    return describeError(error);
  }
}

function describeError(error: unknown): string {
  if (error instanceof IncompleteReadError) return `Incomplete(${text(error.partial)}, ${error.expected})`;
  if (error instanceof LimitOverrunError) return `Overrun(${error.message}, ${error.consumed})`;
  return `${(error as Error).name}(${(error as Error).message})`;
}

/** A reader with `limit`, and the transport that it pauses. */
function readerWith(limit?: number) {
  const reader = new StreamReader(limit === undefined ? {} : { limit });
  const asked: string[] = [];
  const transport = { pauseReading: () => void asked.push("pause"), resumeReading: () => void asked.push("resume") };
  reader.setTransport(transport as unknown as ReadTransport);
  return { reader, asked };
}

describe("StreamReader.read", () => {
  it("gives what is there, up to the count, as soon as there is anything", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      assert.equal((await reader.read(0)).length, 0);
      const first = createTask(() => reader.read(4));
      await sleep(0);
      reader.feedData("abcdef");
      assert.equal(text(await first), "abcd");
      reader.feedData(bytes("gh"));
      assert.equal(text(await reader.read(100)), "efgh");
    }));

  it("gives everything to the end without a count", () =>
    runQuietly(async () => {
      for (const count of [[], [-1], [-7]] as const) {
        const reader = new StreamReader({ limit: 4 });
        const all = createTask(() => reader.read(...count));
        for (const part of ["abcdefgh", "ijklmnop", ""]) {
          await sleep(0);
          reader.feedData(part);
        }
        await sleep(0);
        assert.equal(all.done(), false);
        reader.feedEof();
        assert.equal(text(await all), "abcdefghijklmnop");
        assert.ok(reader.atEof());
        assert.equal((await reader.read()).length, 0);
        assert.equal((await reader.read(5)).length, 0);
      }
    }));

  it("refuses counts that are none, at the call", () =>
    run(async () => {
      const reader = new StreamReader();
      for (const wrong of ["1", null, {}]) {
        assert.throws(() => void reader.read(wrong as unknown as number), TypeError);
        assert.throws(() => void reader.readExactly(wrong as unknown as number), TypeError);
      }
      for (const wrong of [NaN, 1.5, Infinity]) {
        assert.throws(() => void reader.read(wrong), RangeError);
        assert.throws(() => void reader.readExactly(wrong), RangeError);
      }
      assert.throws(() => void reader.readExactly(-1), RangeError);
      assert.throws(() => void reader.readExactly(undefined as unknown as number), TypeError);
      await sleep(0);
    }));
});

describe("StreamReader.readExactly", () => {
  it("waits for the count, and not for more", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      const five = createTask(() => reader.readExactly(5));
      for (const part of ["ab", "cd"]) {
        await sleep(0);
        reader.feedData(part);
      }
      await sleep(0);
      assert.equal(five.done(), false);
      reader.feedData("ef");
      assert.equal(text(await five), "abcde");
      assert.equal((await reader.readExactly(0)).length, 0);
      assert.equal(text(await reader.readExactly(1)), "f");
    }));

  it("throws what there was when the end comes first", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("abc");
      const four = createTask(() => reader.readExactly(4));
      await sleep(0);
      reader.feedEof();
      assert.equal(await outcome(four), "Incomplete(abc, 4)");
      assert.ok(reader.atEof());
      assert.equal(await outcome(reader.readExactly(1)), "Incomplete(, 1)");
      assert.equal((await reader.readExactly(0)).length, 0);
    }));

  it("may be more than the limit: the transport is not paused before", () =>
    runQuietly(async () => {
      const { reader, asked } = readerWith(4);
      const many = createTask(() => reader.readExactly(100));
      await sleep(0);
      for (let i = 0; i < 10; i++) reader.feedData("0123456789");
      assert.deepEqual(asked, ["pause"]); // with the last of them
      assert.equal((await many).length, 100);
      assert.deepEqual(asked, ["pause", "resume"]);
    }));
});

describe("StreamReader.readLine and readUntil", () => {
  it("give lines with their ends, then what is left, then nothing", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("one\ntwo\n\nthr");
      assert.equal(text(await reader.readLine()), "one\n");
      assert.equal(text(await reader.readUntil()), "two\n");
      assert.equal(text(await reader.readLine()), "\n");
      const last = createTask(() => reader.readLine());
      await sleep(0);
      reader.feedData("ee");
      await sleep(0);
      assert.equal(last.done(), false);
      reader.feedEof();
      assert.equal(text(await last), "three");
      assert.equal(text(await reader.readLine()), "");
      assert.equal(await outcome(reader.readUntil("\n")), "Incomplete(, null)");
    }));

  it("take a separator of text or bytes, or several of them", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("one;two\r\nthree\nfour");
      for (const expected of ["one;", "two\r\n", "three\n"]) {
        assert.equal(text(await reader.readUntil(["\r\n", bytes("\n"), ";"])), expected);
      }
      reader.feedEof();
      assert.equal(await outcome(reader.readUntil(["\n", ";"])), "Incomplete(four, null)");
    }));

  it("find a separator that comes in pieces", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      const part = createTask(() => reader.readUntil("END"));
      for (const piece of ["aE", "N", "EN", "D", "b"]) {
        await sleep(0);
        reader.feedData(piece);
      }
      assert.equal(text(await part), "aENEND");
      assert.equal(text(await reader.read(9)), "b");
    }));

  it("refuse separators that are none, at the call", () =>
    run(async () => {
      const reader = new StreamReader();
      for (const wrong of [null, 7, {}, [7], ["\n", null]]) {
        assert.throws(() => void reader.readUntil(wrong as unknown as string), TypeError);
      }
      for (const wrong of ["", [], ["\n", ""], new Uint8Array(0)]) assert.throws(() => void reader.readUntil(wrong), RangeError);
      await sleep(0);
    }));

  it("readUntil throws beyond the limit, and drops nothing", () =>
    runQuietly(async () => {
      const reader = new StreamReader({ limit: 4 });
      reader.feedData("0123");
      const waiting = createTask(() => reader.readUntil("\n"));
      await sleep(0);
      assert.equal(waiting.done(), false);
      reader.feedData("4");
      assert.equal(await outcome(waiting), "Overrun(Separator is not found, and chunk exceed the limit, 5)");
      reader.feedData("5\n");
      assert.equal(await outcome(reader.readUntil("\n")), "Overrun(Separator is found, but chunk is longer than limit, 6)");
      assert.equal(text(await reader.readExactly(7)), "012345\n");
      reader.feedData("0123\n");
      assert.equal(text(await reader.readUntil("\n")), "0123\n"); // just the limit
    }));

  it("readLine throws a RangeError beyond the limit, and drops the line or what has come of it", () =>
    runQuietly(async () => {
      const { reader, asked } = readerWith(4);
      reader.feedData("too long\nfine\n");
      await assert.rejects(async () => await reader.readLine(), (error) => {
        assert.ok(error instanceof RangeError);
        assert.ok(error.cause instanceof LimitOverrunError);
        assert.equal(error.message, "Separator is found, but chunk is longer than limit");
        return true;
      });
      assert.equal(text(await reader.readLine()), "fine\n");
      reader.feedData("too long");
      assert.equal(await outcome(reader.readLine()), "RangeError(Separator is not found, and chunk exceed the limit)");
      assert.equal(reader.atEof(), false);
      reader.feedData(" and on\n");
      assert.equal(
        await outcome(reader.next().then((item) => item.value!)),
        "RangeError(Separator is found, but chunk is longer than limit)",
      );
      reader.feedData("next\n");
      assert.equal(text(await reader.readLine()), "next\n");
      assert.deepEqual(asked, ["pause", "resume"]);
    }));
});

describe("StreamReader as lines", () => {
  it("are read by for await, and by next() in generators", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("a\nb\nc");
      reader.feedEof();
      const lines: string[] = [];
      for await (const line of reader) {
        lines.push(text(line));
        if (lines.length === 2) break;
      }
      await createTask(function* () {
        for (;;) {
          const { done, value } = yield* reader.next();
          if (done) return;
          lines.push(text(value));
        }
      });
      assert.deepEqual(lines, ["a\n", "b\n", "c"]);
      assert.deepEqual(await reader.next(), { done: true, value: undefined });
    }));

  it("wait, and are left by a cancellation", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      const lines: string[] = [];
      const task = createTask(async () => {
        for await (const line of reader) lines.push(text(line));
      });
      for (const part of ["a", "b\nc", "\nd"]) {
        await sleep(0);
        reader.feedData(part);
      }
      await sleep(0);
      await sleep(0);
      task.cancel();
      await assert.rejects(async () => await task, isCancelled);
      assert.deepEqual(lines, ["ab\n", "c\n"]);
      reader.feedEof();
      assert.equal(text(await reader.readLine()), "d");
    }));
});

describe("StreamReader: the end in every state", () => {
  const reads = {
    "read()": (reader: StreamReader) => reader.read(),
    "read(3)": (reader: StreamReader) => reader.read(3),
    "readExactly(3)": (reader: StreamReader) => reader.readExactly(3),
    "readLine()": (reader: StreamReader) => reader.readLine(),
    'readUntil("ab")': (reader: StreamReader) => reader.readUntil("ab"),
  };
  const expected: Readonly<Record<keyof typeof reads, readonly [empty: string, part: string, whole: string]>> = {
    "read()": ["", "xa", "xab\n"],
    "read(3)": ["", "xa", "xab"],
    "readExactly(3)": ["Incomplete(, 3)", "Incomplete(xa, 3)", "xab"],
    "readLine()": ["", "xa", "xab\n"],
    'readUntil("ab")': ["Incomplete(, null)", "Incomplete(xa, null)", "xab"],
  };
  for (const [name, read] of Object.entries(reads)) {
    for (const [index, data] of ["", "xa", "xab\n"].entries()) {
      for (const order of ["before", "while"] as const) {
        it(`${name} of ${JSON.stringify(data)}, when the end comes ${order} it waits`, () =>
          runQuietly(async () => {
            const reader = new StreamReader();
            const feed = () => {
              if (data !== "") reader.feedData(data);
              reader.feedEof();
            };
            if (order === "before") feed();
            const task = createTask(() => read(reader));
            await sleep(0);
            if (order === "while") feed();
            assert.equal(await outcome(task), expected[name as keyof typeof reads][index]);
          }));
      }
    }
    it(`${name} throws the error of a stream that fails, now and later`, () =>
      runQuietly(async () => {
        const reader = new StreamReader();
        reader.feedData("x");
        if (name === "read(3)") await reader.read(1);
        const task = createTask(() => read(reader));
        await sleep(0);
        const error = new Error("broken");
        reader.setException(error);
        await assert.rejects(async () => await task, (thrown) => thrown === error);
        await assert.rejects(async () => await read(reader), (thrown) => thrown === error);
        assert.equal(reader.exception(), error);
      }));
  }
});

describe("StreamReader: one at a time", () => {
  it("a second one that has to wait is refused, the first is served", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      const first = createTask(() => reader.readLine());
      await sleep(0);
      for (
        const read of [() => reader.readLine(), () => reader.read(), () => reader.read(1), () => reader.readExactly(1), () => reader.next()]
      ) {
        await assert.rejects(async () => await read(), RuntimeError);
      }
      reader.feedData("for the first\n");
      assert.equal(text(await first), "for the first\n");
    }));

  it("a second one that need not wait is served", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("ab");
      const first = createTask(() => reader.readExactly(4));
      await sleep(0);
      assert.equal(text(await reader.read(1)), "a");
      reader.feedData("cdef");
      assert.equal(text(await first), "bcde");
    }));

  it("a wait does not go wrong when another reader takes what it has seen", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("0123456789");
      const line = createTask(() => reader.readUntil("\n"));
      await sleep(0);
      reader.feedData("abc");
      assert.equal(text(await reader.readExactly(11)), "0123456789a");
      await sleep(0);
      reader.feedData("d\ne");
      assert.equal(text(await line), "bcd\n");
    }));
});

describe("StreamReader, cancelled", () => {
  it("takes nothing away, whatever it was doing", () =>
    runQuietly(async () => {
      const reads: ((reader: StreamReader) => PromiseLike<unknown>)[] = [
        (reader) => reader.read(),
        (reader) => reader.readExactly(100),
        (reader) => reader.readLine(),
        (reader) => reader.readUntil("END"),
        (reader) => reader.next(),
      ];
      for (const read of reads) {
        const reader = new StreamReader();
        const task = createTask(() => read(reader));
        for (const part of ["abc", "def"]) {
          await sleep(0);
          reader.feedData(part);
        }
        await sleep(0);
        task.cancel();
        await assert.rejects(async () => await task, isCancelled);
        reader.feedData("ghi");
        assert.equal(text(await reader.readExactly(9)), "abcdefghi");
      }
    }));

  it("in the moment when data comes, loses none of it", () =>
    runQuietly(async () => {
      for (const cancelFirst of [true, false]) {
        const reader = new StreamReader();
        const task = createTask(() => reader.read(10));
        await sleep(0);
        if (cancelFirst) task.cancel();
        reader.feedData("abc");
        if (!cancelFirst) task.cancel();
        await assert.rejects(async () => await task, isCancelled);
        assert.equal(text(await reader.read(10)), "abc");
      }
    }));

  it("by a timeout may be tried again", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("par");
      await assert.rejects(async () => await timeout(1, () => reader.readLine()), TimeoutError);
      reader.feedData("tial\n");
      assert.equal(text(await timeout(1000, () => reader.readLine())), "partial\n");
    }));

  it("while another error comes, throws CancelledError once and the error later", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      const task: Task<Uint8Array> = createTask(() => reader.read(1));
      await sleep(0);
      task.cancel();
      reader.setException(new Error("broken"));
      await assert.rejects(async () => await task, isCancelled);
      assert.equal(await outcome(reader.read(1)), "Error(broken)");
    }));
});

describe("StreamReader: flow control", () => {
  it("pauses the transport above twice the limit, and resumes at the limit", () =>
    runQuietly(async () => {
      const { reader, asked } = readerWith(10);
      reader.feedData("x".repeat(20));
      assert.deepEqual(asked, []);
      reader.feedData("x");
      reader.feedData("x");
      assert.deepEqual(asked, ["pause"]);
      await reader.read(11);
      assert.deepEqual(asked, ["pause"]); // 11 are left
      await reader.read(1);
      assert.deepEqual(asked, ["pause", "resume"]);
    }));

  it("resumes when somebody has to wait for more", () =>
    runQuietly(async () => {
      const { reader, asked } = readerWith(10);
      reader.feedData("x".repeat(30));
      const task = createTask(() => reader.readExactly(31));
      await sleep(0);
      assert.deepEqual(asked, ["pause", "resume"]);
      reader.feedData("x");
      await task;
    }));

  it("leaves the transport alone while somebody reads to the end", () =>
    runQuietly(async () => {
      const { reader, asked } = readerWith(10);
      const task = createTask(() => reader.read());
      await sleep(0);
      for (let i = 0; i < 10; i++) reader.feedData("x".repeat(10));
      reader.feedEof();
      assert.equal((await task).length, 100);
      assert.deepEqual(asked, []);
    }));

  it("keeps everything where the transport cannot be paused", () =>
    runQuietly(async () => {
      const reader = new StreamReader({ limit: 1 });
      let asked = 0;
      reader.setTransport({
        pauseReading: () => {
          asked++;
          throw new UnsupportedOperationError("Cannot pause");
        },
      } as unknown as ReadTransport);
      for (let i = 0; i < 5; i++) reader.feedData("abc");
      assert.equal(asked, 1);
      assert.equal((await reader.readExactly(15)).length, 15);
    }));
});

describe("StreamReader: misuse", () => {
  it("is an error at the call", () =>
    runQuietly(async () => {
      for (const limit of [0, -1, NaN]) assert.throws(() => new StreamReader({ limit }), RangeError);
      for (const limit of ["1", null]) assert.throws(() => new StreamReader({ limit: limit as unknown as number }), TypeError);
      const { reader } = readerWith();
      assert.throws(() => reader.setTransport({} as ReadTransport), RuntimeError);
      for (const wrong of [null, 7, [1], new ArrayBuffer(1)]) assert.throws(() => reader.feedData(wrong as unknown as string), TypeError);
      reader.feedEof();
      assert.throws(() => reader.feedData("x"), RuntimeError);
      await sleep(0);
    }));

  it("feedData copies", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      const data = bytes("abc");
      reader.feedData(data);
      data.fill(0);
      assert.equal(text(await reader.read(3)), "abc");
    }));
});

describe("StreamReader: much data", () => {
  /** Milliseconds that reading `size` bytes takes. */
  async function timeOf(read: (reader: StreamReader) => PromiseLike<Uint8Array>, size: number, chunk: number): Promise<number> {
    const reader = new StreamReader({ limit: 2 ** 40 });
    const start = performance.now();
    const task = createTask(() => read(reader));
    await sleep(0);
    for (let fed = 0; fed < size; fed += chunk) {
      reader.feedData(new Uint8Array(chunk));
      if (fed % (chunk * 64) === 0) await sleep(0);
    }
    reader.feedData("\n");
    reader.feedEof();
    assert.ok((await task).length >= size);
    return performance.now() - start;
  }

  for (
    const [name, read] of Object.entries({
      "read()": (reader: StreamReader) => reader.read(),
      "readExactly(n)": (reader: StreamReader) => reader.readExactly(64 * 2 ** 20),
      "readLine()": (reader: StreamReader) => reader.readLine(),
    })
  ) {
    it(`${name} of 64 MiB takes time in proportion`, () =>
      runQuietly(async () => {
        const large = await timeOf(read, 64 * 2 ** 20, 2 ** 16);
        assert.ok(large < 3000, `${large} ms`);
      }));
  }

  it("a line that comes in many small pieces takes time in proportion", () =>
    runQuietly(async () => {
      const time = await timeOf((reader) => reader.readLine(), 2 * 2 ** 20, 16);
      assert.ok(time < 3000, `${time} ms`);
    }));

  it("many lines of one chunk take time in proportion, with one separator and with several", () =>
    runQuietly(async () => {
      const reader = new StreamReader();
      reader.feedData("line;".repeat(100_000));
      const start = performance.now();
      for (let i = 0; i < 50_000; i++) await reader.readUntil(";");
      for (let i = 0; i < 50_000; i++) await reader.readUntil([";", "\r\n", "\n"]);
      assert.ok(performance.now() - start < 10_000);
    }));
});

describe("StreamReader: agrees with a plain model", () => {
  it("over random data, chunks, reads and ends", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      for (let seed = 0; seed < stress(3000); seed++) {
        const script = new Script(seed);
        const reader = new StreamReader({ limit: script.limit });
        const task = createTask(() => script.readAll(reader));
        let model = script.model();
        for (const chunk of script.chunks) {
          await sleep(0);
          if (chunk === null) reader.feedEof();
          else reader.feedData(chunk);
          model = model.feed(chunk);
        }
        const got = await task;
        assert.deepEqual(got, model.outcomes, `seed ${seed}`);
      }
      assert.equal(loop.isClosed(), false);
    }));
});

/** A read, by name and argument. */
type Read = readonly ["read", number] | readonly ["exactly", number] | readonly ["line"] | readonly ["until", readonly string[]];

/** Random data, how it is cut, and how it is read. */
class Script {
  readonly limit: number;
  readonly chunks: (string | null)[] = [];
  readonly reads: Read[] = [];

  constructor(seed: number) {
    const random = randomFrom(seed);
    const below = (n: number) => Math.floor(random() * n);
    this.limit = 1 + below(12);
    for (let i = below(20); i >= 0; i--) this.chunks.push(Array.from({ length: 1 + below(6) }, () => "ab;\n"[below(4)]).join(""));
    this.chunks.push(null);
    for (let i = 0; i < 30; i++) {
      const kind = below(4);
      if (kind === 0) this.reads.push(["read", below(8)]);
      else if (kind === 1) this.reads.push(["exactly", below(8)]);
      else if (kind === 2) this.reads.push(["line"]);
      else this.reads.push(["until", [["a;"], ["\n", ";"], ["ab", "b", ";\n"], ["ab;", "b;"]][below(4)]!]);
    }
  }

  /** What each read gives. A reader that has overrun the limit goes on by a byte. */
  async readAll(reader: StreamReader): Promise<string[]> {
    const outcomes: string[] = [];
    for (const [kind, argument] of this.reads) {
      const read = kind === "read"
        ? reader.read(argument)
        : kind === "exactly"
        ? reader.readExactly(argument)
        : kind === "line"
        ? reader.readLine()
        : reader.readUntil(argument);
      outcomes.push(await outcome(read));
      if (outcomes.at(-1)!.startsWith("Overrun")) outcomes.push(await outcome(reader.read(1)));
    }
    return outcomes;
  }

  model(): Model {
    return new Model(this.limit, this.reads);
  }
}

/** What asyncio's reader does, on a plain string: after each chunk the reads go on as far as they can. */
class Model {
  readonly outcomes: string[] = [];
  readonly #limit: number;
  readonly #reads: Read[];
  #buffer = "";
  #eof = false;
  #offset = 0;

  constructor(limit: number, reads: readonly Read[]) {
    this.#limit = limit;
    this.#reads = [...reads];
  }

  feed(chunk: string | null): this {
    if (chunk === null) this.#eof = true;
    else this.#buffer += chunk;
    while (this.#reads.length > 0) {
      const done = this.#try(this.#reads[0]!);
      if (done === null) break;
      this.#offset = 0;
      this.outcomes.push(done);
      this.#reads.shift();
      if (done.startsWith("Overrun")) this.outcomes.push(this.#take(1));
    }
    return this;
  }

  #take(count: number): string {
    const taken = this.#buffer.slice(0, count);
    this.#buffer = this.#buffer.slice(count);
    return taken;
  }

  #try([kind, argument]: Read): string | null {
    const size = this.#buffer.length;
    if (kind === "read") return argument > 0 && size === 0 && !this.#eof ? null : this.#take(argument);
    if (kind === "exactly") {
      if (size >= argument) return this.#take(argument);
      return this.#eof ? `Incomplete(${this.#take(size)}, ${argument})` : null;
    }
    if (kind === "until") return this.#until([...argument].sort((a, b) => a.length - b.length));
    const line = this.#until(["\n"]);
    if (line === null || !/^(Incomplete|Overrun)\(/.test(line)) return line;
    if (line.startsWith("Incomplete")) return line.slice("Incomplete(".length, -", null)".length);
    const end = this.#buffer.indexOf("\n");
    this.#take(end < 0 ? this.#buffer.length : end + 1);
    return `RangeError(${line.slice("Overrun(".length, line.lastIndexOf(","))})`;
  }

  #until(separators: readonly string[]): string | null {
    const size = this.#buffer.length;
    if (size - this.#offset >= separators[0]!.length) {
      let best: { start: number; end: number } | null = null;
      for (const separator of separators) {
        const start = this.#buffer.indexOf(separator, this.#offset);
        if (start >= 0 && (best === null || start + separator.length < best.end)) best = { start, end: start + separator.length };
      }
      if (best !== null && best.start > this.#limit) return `Overrun(Separator is found, but chunk is longer than limit, ${best.start})`;
      if (best !== null) return this.#take(best.end);
      this.#offset = Math.max(0, size + 1 - separators.at(-1)!.length);
      if (this.#offset > this.#limit) return `Overrun(Separator is not found, and chunk exceed the limit, ${this.#offset})`;
    }
    return this.#eof ? `Incomplete(${this.#take(size)}, null)` : null;
  }
}
