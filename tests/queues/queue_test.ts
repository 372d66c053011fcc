import { createTask, isCancelled, LifoQueue, PriorityQueue, Queue, QueueEmpty, QueueFull, QueueShutDown, sleep } from "../../mod.ts";
import { bothColours, errorOf, type Steps, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { schedules } from "../_kit/schedules.ts";

describe("Queue", () => {
  bothColours("gives items in order, without a turn while it can", function* ({ loop }) {
    const queue = new Queue<string>(2);
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn"));
    yield* wait(queue.put("a"));
    yield* wait(queue.put("b"));
    assert.deepEqual([queue.qsize(), queue.full(), queue.empty(), queue.maxsize], [2, true, false, 2]);
    assert.throws(() => queue.putNowait("c"), (error) => error instanceof QueueFull && error.message === "" && error.code === "QUEUE_FULL");
    assert.deepEqual([yield* wait(queue.get()), yield* wait(queue.get())], ["a", "b"]);
    assert.throws(() => queue.getNowait(), (error) => error instanceof QueueEmpty && error.message === "" && error.code === "QUEUE_EMPTY");
    assert.deepEqual(log, []);
    yield* wait(sleep(0));
  });

  bothColours("a wake-up whose getter is cancelled goes to the next", function* () {
    const queue = new Queue<string>();
    const first = createTask(() => queue.get());
    const second = createTask(() => queue.get());
    yield* wait(sleep(0));
    queue.putNowait("item");
    first.cancel();
    assert.equal(yield* wait(second), "item");
    assert.equal(first.cancelled(), true);
  });

  bothColours("a cancelled put puts nothing in", function* () {
    const queue = new Queue<string>(1);
    queue.putNowait("a");
    const put = createTask(() => queue.put("b"));
    yield* wait(sleep(0));
    put.cancel();
    assert.ok(isCancelled(yield* errorOf(wait(put))));
    assert.equal(queue.getNowait(), "a");
    assert.equal(queue.empty(), true);
  });

  bothColours("a shutdown at once drops what is left, and lets join return", function* () {
    const queue = new Queue<string>();
    queue.putNowait("a");
    queue.putNowait("b");
    const joined = createTask(() => queue.join());
    yield* wait(sleep(0));
    assert.equal(queue.getNowait(), "a");
    queue.shutdown();
    queue.shutdown(true);
    assert.equal(queue.empty(), true);
    yield* wait(sleep(0));
    assert.equal(joined.done(), false);
    queue.taskDone();
    yield* wait(joined);
    const error = yield* errorOf(wait(queue.get()));
    assert.ok(error instanceof QueueShutDown && error.code === "QUEUE_SHUT_DOWN");
    assert.throws(() => queue.putNowait("c"), QueueShutDown);
    assert.throws(() => queue.taskDone(), { name: "RangeError", message: "taskDone() called too many times" });
  });

  bothColours("next gives items until it is shut down and empty", function* () {
    const queue = new Queue<string>();
    queue.putNowait("a");
    assert.deepEqual(yield* wait(queue.next()), { done: false, value: "a" });
    const next = createTask(() => queue.next());
    yield* wait(sleep(0));
    queue.shutdown();
    assert.deepEqual(yield* wait(next), { done: true, value: undefined });
  });

  it("is read by for await, to its shutdown", () =>
    runVirtual(async (loop) => {
      const queue = new Queue<number>();
      for (let i = 0; i < 3; i++) loop.callLater(i, () => queue.putNowait(i));
      loop.callLater(3, () => queue.shutdown());
      const seen: number[] = [];
      for await (const item of queue) seen.push(item);
      assert.deepEqual(seen, [0, 1, 2]);
      assert.equal(loop.time(), 3);
    }));

  it("has no limit with zero, less, and Infinity; other numbers are refused", () => {
    for (const maxsize of [0, -1, Infinity]) {
      const queue = new Queue<number>(maxsize);
      queue.putNowait(1);
      assert.equal(queue.full(), false);
    }
    assert.throws(() => new Queue(1.5), RangeError);
    assert.throws(() => new Queue(NaN), RangeError);
    assert.throws(() => new Queue("1" as never), TypeError);
  });

  it("takes 100,000 getters and as many putters", async () => {
    const queue = new Queue<number>(1);
    let sum = 0;
    await runVirtual(async () => {
      for (let i = 0; i < 100_000; i++) {
        createTask(function* () {
          const item = yield* queue.get();
          sum += item;
        });
      }
      await sleep(0);
      for (let i = 0; i < 100_000; i++) createTask(() => queue.put(1));
      await sleep(1);
    });
    assert.equal(sum, 100_000);
  });

  schedules("loses no item in random schedules, and keeps the order", function* (schedule) {
    const queue = new Queue<number>(schedule.random.int(3));
    const [put, got]: [number[], number[]] = [[], []];
    let next = 0;
    let [getting, putting] = [0, 0];
    /** The one that was woken, if it hits that. */
    const cancelOne = (): void => {
      if (schedule.random.once(2)) schedule.tasks[schedule.random.int(schedule.tasks.length)]!.cancel();
    };
    const workers = 2 + schedule.random.int(4);
    for (let i = 0; i < workers; i++) {
      schedule.spawn(function* () {
        yield* schedule.pass();
        yield* untilShutDown(schedule.within(function* () {
          const item = next++;
          if (schedule.random.once(2)) {
            putting++;
            try {
              yield* wait(queue.put(item));
            } finally {
              putting--;
            }
          } else if (queue.full()) return;
          else queue.putNowait(item);
          put.push(item);
          cancelOne();
        }));
      });
      schedule.spawn(function* () {
        yield* schedule.pass();
        yield* untilShutDown(schedule.within(function* () {
          getting++;
          try {
            got.push(yield* wait(queue.get()));
          } finally {
            getting--;
          }
          cancelOne();
        }));
      });
    }
    const closer = createTask(schedule.body(function* () {
      yield* wait(sleep(50));
      assert.ok(getting === 0 || queue.empty(), "a getter waits although there are items: a wake-up was lost");
      assert.ok(putting === 0 || queue.full(), "a putter waits although there is room: a wake-up was lost");
      queue.shutdown();
    }));
    yield* schedule.disturb();
    yield* wait(closer);
    while (!queue.empty()) got.push(queue.getNowait());
    assert.deepEqual(got.toSorted((a, b) => a - b), put.toSorted((a, b) => a - b));
    for (const _ of got) queue.taskDone();
    yield* wait(queue.join());
  });
});

/** Runs `steps`, which the end of the queue may end. */
function* untilShutDown(steps: Steps<unknown>): Steps<void> {
  try {
    yield* steps;
  } catch (error) {
    if (!(error instanceof QueueShutDown)) throw error;
  }
}

describe("PriorityQueue", () => {
  const drain = <T>(queue: Queue<T>): T[] => Array.from({ length: queue.qsize() }, () => queue.getNowait());

  it("gives the smallest first: numbers, strings, dates, arrays element by element", () => {
    const fill = <T>(items: T[]): T[] => {
      const queue = new PriorityQueue<T>();
      for (const item of items) queue.putNowait(item);
      return drain(queue);
    };
    assert.deepEqual(fill([3, 1, 10n, 2]), [1, 2, 3, 10n]);
    assert.deepEqual(fill(["b", "a", "B"]), ["B", "a", "b"]);
    assert.deepEqual(fill([new Date(2), new Date(1)]), [new Date(1), new Date(2)]);
    assert.deepEqual(fill([[2, "a"], [1, "b"], [1, "a", 0], [1, "a"]]), [[1, "a"], [1, "a", 0], [1, "b"], [2, "a"]]);
  });

  it("takes a comparator, and gives equal items in the order in which they came", () => {
    const queue = new PriorityQueue<{ p: number; n: number }>(0, { compare: (a, b) => b.p - a.p });
    for (let n = 0; n < 100; n++) queue.putNowait({ p: n % 3, n });
    const items = drain(queue);
    const expected = Array.from({ length: 100 }, (_, n) => ({ p: n % 3, n })).sort((a, b) => b.p - a.p || a.n - b.n);
    assert.deepEqual(items, expected);
  });

  it("refuses what has no order, and stays as it was", () => {
    const queue = new PriorityQueue<unknown>();
    queue.putNowait(1);
    assert.throws(() => queue.putNowait("a"), { name: "TypeError", message: /string and number have no order/ });
    assert.throws(() => queue.putNowait({}), TypeError);
    assert.throws(() => queue.putNowait(null), TypeError);
    assert.deepEqual(drain(queue), [1]);
    assert.throws(() => new PriorityQueue(0, { compare: 1 as never }), TypeError);
    const odd = new PriorityQueue<number>(0, { compare: () => NaN });
    odd.putNowait(1);
    assert.throws(() => odd.putNowait(2), { name: "TypeError", message: /compare gave NaN/ });
  });
});

describe("LifoQueue", () => {
  it("gives the newest first", () => {
    const queue = new LifoQueue<number>(2);
    queue.putNowait(1);
    queue.putNowait(2);
    assert.equal(queue.full(), true);
    assert.deepEqual([queue.getNowait(), queue.getNowait()], [2, 1]);
  });
});
