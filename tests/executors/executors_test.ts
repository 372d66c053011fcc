import process from "node:process";
import {
  BrokenExecutor,
  cancelRequested,
  type ExecutorOptions,
  type Future,
  gather,
  isCancelled,
  moduleFunctions,
  newEventLoop,
  ProcessPoolExecutor,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  sleep,
  ThreadPoolExecutor,
  timeout,
  TimeoutError,
  toThread,
  transfer,
  UnsupportedOperationError,
} from "../../mod.ts";
import { runHost } from "../_kit/loop.ts";
import { assert, describe, it, runtimeName, stress } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";
import * as owner from "./_loop_side.ts";
import { giveHostObject, kindOf } from "./_work.ts";

const work = moduleFunctions<typeof import("./_work.ts")>(new URL("./_work.ts", import.meta.url));
const shared = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

type Pool = ThreadPoolExecutor | ProcessPoolExecutor;
const KINDS = [
  ["threads", (options: ExecutorOptions): Pool => new ThreadPoolExecutor(options)],
  ["processes", (options: ExecutorOptions): Pool => new ProcessPoolExecutor(options)],
] as const;

async function failure(wait: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await wait;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("it did not fail");
}

async function within(memory: Int32Array, value: number): Promise<void> {
  while (Atomics.load(memory, 0) !== value) await sleep(1); // what another thread writes has no event on every host
}

async function pooled(
  make: (options: ExecutorOptions) => Pool,
  options: ExecutorOptions,
  body: (pool: Pool) => Promise<void>,
): Promise<void> {
  await runHost(async () => {
    const pool = make(options);
    try {
      await body(pool);
    } finally {
      await pool.shutdown({ cancelFutures: true });
    }
  });
}

for (const [kind, make] of KINDS) {
  const test = (name: string, options: ExecutorOptions, body: (pool: Pool) => Promise<void>): void =>
    it(`${name} (${kind})`, () => pooled(make, options, body), { timeout: 60_000 });

  describe("An executor", () => {
    test("runs plain, async and generator functions", { maxWorkers: 2 }, async (pool) => {
      assert.deepEqual(
        await gather([pool.submit(work.add, 1, 2), pool.submit(work.waitAndAdd, 3, 4), pool.submit(work.generate as never, 5 as never)]),
        [3, 7, 5],
      );
    });

    test("carries errors over: name, message, stack, code, cause, errors and fields", { maxWorkers: 1 }, async (pool) => {
      const range = await failure(pool.submit(work.fail, "range"));
      assert.ok(range instanceof RangeError);
      assert.deepEqual([range.message, range["code"], range["limit"]], ["too far", "FAR", 3]);
      assert.match(range.stack!, /_work/);
      const own = await failure(pool.submit(work.fail, "own"));
      assert.deepEqual([own instanceof Error, own.name, own.message, own["status"]], [true, "HttpError", "not found", 404]);
      assert.ok(own.cause instanceof TypeError);
      assert.equal(own.cause.message, "of the wrong type");
      const group = await failure(pool.submit(work.fail, "group"));
      assert.ok(group instanceof AggregateError);
      assert.deepEqual([group.message, (group.errors[0] as Error).name, group.errors[1]], ["several", "RangeError", 2]);
      const ours = await failure(pool.submit(work.fail, "ours"));
      assert.deepEqual([ours.name, ours["code"], ours["expected"], ours["partial"]], [
        "IncompleteReadError",
        "INCOMPLETE_READ",
        5,
        new Uint8Array([1, 2]),
      ]);
      const circle = await failure(pool.submit(work.fail, "circle"));
      assert.ok(circle.cause === circle["again"] && circle["self"] === circle);
      assert.deepEqual([(circle.cause as typeof circle)["code"], (circle.cause as Error).name], [7, "HttpError"]);
      const hostile = await failure(pool.submit(work.fail, "hostile"));
      assert.deepEqual([hostile.message, hostile["trap"]], ["odd", "RangeError: too far"]);
      assert.equal(await failure(pool.submit(work.fail, "text")), "text");
      const cancelled = await failure(pool.submit(work.fail, "cancelled"));
      assert.ok(isCancelled(cancelled));
      assert.equal(await pool.submit(work.add, 1, 1), 2);
    });

    test("fails the job whose arguments, result, module or export are of no use, and goes on", { maxWorkers: 1 }, async (pool) => {
      const give = (() => {}) as unknown as number;
      assert.match(String(await failure(pool.submit(work.add, give, 1))), /^TypeError: Cannot send the arguments of add\(\)/);
      assert.match(String(await failure(pool.submit(work.giveFunction))), /^TypeError: Cannot send the result/);
      const missing = work as unknown as Record<"nothing" | "notAFunction", typeof work.add>;
      assert.match(String(await failure(pool.submit(missing.nothing, 1, 2))), /exports no function of this name/);
      assert.match(String(await failure(pool.submit(missing.notAFunction, 1, 2))), /exports no function of this name/);
      const nowhere = moduleFunctions<typeof import("./_work.ts")>(new URL("./_nowhere.ts", import.meta.url));
      assert.ok(await failure(pool.submit(nowhere.add, 1, 2)) instanceof Error);
      assert.equal(await pool.submit(work.add, 1, 1), 2);
    });

    test("maps in order, up to the shortest, and cancels what is left after an error", { maxWorkers: 2 }, async (pool) => {
      const sums: number[] = [];
      for await (const sum of pool.map(work.add, [1, 2, 3], [10, 20, 30, 40])) sums.push(sum);
      assert.deepEqual(sums, [11, 22, 33]);
      const items = pool.map(work.fail, ["range", "own"]);
      assert.ok(await failure(items.next()) instanceof RangeError);
      assert.deepEqual(await items.next(), { done: true, value: undefined });
    });

    test("initialises each worker, and replaces it after so many jobs", {
      maxWorkers: 1,
      initializer: work.initialise,
      initargs: ["yes"],
      maxTasksPerChild: 2,
    }, async (pool) => {
      const results: string[] = [];
      for (let i = 0; i < 5; i++) results.push(await pool.submit(work.jobsBefore));
      assert.deepEqual(results, ["yes 0", "yes 1", "yes 0", "yes 1", "yes 0"]);
    });

    test("is broken when its initializer fails", { initializer: work.initialise, initargs: ["fail"] }, async (pool) => {
      const error = await failure(pool.submit(work.add, 1, 2));
      assert.ok(error instanceof BrokenExecutor);
      assert.equal((error.cause as Error).message, "not today");
      assert.throws(() => pool.submit(work.add, 1, 2), BrokenExecutor);
    });

    test("lets the initializer call on the loop", { maxWorkers: 1, initializer: work.askAtStart }, async (pool) => {
      assert.equal(await pool.submit(work.jobsBefore), "8 0");
    });

    test("refuses a call on a loop that is closed", { maxWorkers: 1 }, async (pool) => {
      await pool.submit(work.add, 1, 1); // the worker is there
      const loop = newEventLoop();
      const job = loop.runInExecutor(pool, work.awaitFor, 1);
      loop.close();
      await pool.shutdown(); // it would wait for ever for a worker that waits for ever
      assert.equal(job.done(), false);
    });

    test("replaces a worker that exits or fails outside its job; the others go on", { maxWorkers: 2 }, async (pool) => {
      const [exited, other, uncaught] = await gather(
        [pool.submit(work.exit, 7), pool.submit(work.waitAndAdd, 1, 2), pool.submit(work.failOutside)],
        { returnExceptions: true },
      ) as unknown[];
      assert.ok(exited instanceof BrokenExecutor);
      assert.match(exited.message, /Cannot finish exit\(\): its worker exited with code 7/);
      assert.equal(other, 3);
      assert.ok(uncaught instanceof BrokenExecutor);
      assert.equal(await pool.submit(work.add, 1, 1), 2);
    });

    test("drops a queued job that is cancelled; shutdown waits for the others", { maxWorkers: 1 }, async (pool) => {
      const first = pool.submit(work.waitAndAdd, 1, 1);
      const second = pool.submit(work.fail, "range");
      const third = pool.submit(work.add, 2, 2);
      assert.equal(second.cancel("not needed"), true);
      const error = await failure(second);
      assert.equal(error.message, "not needed");
      assert.match((error.cause as Error).message, /queued, and is dropped/);
      await pool.shutdown();
      assert.deepEqual([first.result(), third.result()], [2, 4]);
      assert.throws(() => pool.submit(work.add, 1, 1), RuntimeError);
      await pool.shutdown();
    });

    test("awaits calls on the loop", { maxWorkers: 1 }, async (pool) => {
      assert.equal(await pool.submit(work.awaitFor, 21), 42);
      const error = await failure(pool.submit(work.awaitFor, -1));
      assert.deepEqual([error instanceof RangeError, error.message, error["n"]], [true, "negative", -1]);
    });

    test("cancels the calls of a worker that ends", { maxWorkers: 1 }, async (pool) => {
      owner.told.length = 0;
      assert.ok(await failure(pool.submit(work.askAndDie)) instanceof BrokenExecutor);
      while (owner.told.length === 0) await sleep(0);
      assert.deepEqual(owner.told, ["CancelledError"]);
    });

    it(
      `settles each of many jobs once, and is at full strength after (${kind})`,
      () => pooled(make, { maxWorkers: 4, terminateAfter: 1 }, (pool) => tryMany(pool, stress(10_000))),
      {
        timeout: 300_000,
      },
    );
  });
}

async function tryMany(pool: Pool, count: number): Promise<void> {
  const FATES = ["fail", "slow", "fine", "fine", "fine"];
  const settled = new Map<number, number>();
  const jobs: Future<number>[] = [];
  for (let n = 0; n < count; n++) {
    const fate = n % 100 === 53 ? "die" : FATES[n * 7919 % FATES.length]!;
    const job = pool.submit(work.trial, n, fate);
    job.addDoneCallback(() => settled.set(n, (settled.get(n) ?? 0) + 1));
    jobs.push(job);
    if (n % 3 === 0) await sleep(0);
    if (n % 10 === 0) jobs[n * 31 % jobs.length]!.cancel();
  }
  const outcomes = await gather(jobs, { returnExceptions: true }) as unknown[];
  await sleep(0);
  for (const [n, outcome] of outcomes.entries()) {
    const right = outcome === n || isCancelled(outcome) || outcome instanceof BrokenExecutor ||
      String(outcome) === `RangeError: trial ${n}`;
    assert.ok(right, `job ${n}: ${outcome}`);
  }
  assert.deepEqual([settled.size, Math.max(...settled.values())], [count, 1]);
  assert.ok(outcomes.some((outcome) => outcome instanceof BrokenExecutor) && outcomes.some(isCancelled));
  owner.arrange(4);
  assert.deepEqual(await gather([1, 2, 3, 4].map((n) => pool.submit(work.meet, n))), [1, 2, 3, 4]);
}

describe("Threads", () => {
  const threads = KINDS[0][1];
  const test = (name: string, options: ExecutorOptions, body: (pool: Pool) => Promise<void>): void =>
    it(name, () => pooled(threads, options, body));

  test("share memory, and move what is transferred, both ways", { maxWorkers: 1 }, async (pool) => {
    const memory = shared();
    await pool.submit(work.increment, memory);
    assert.equal(memory[0], 1);
    const buffer = new ArrayBuffer(8);
    const back = await pool.submit(work.sizeOf, transfer(buffer, [buffer]));
    assert.deepEqual([buffer.byteLength, back.byteLength], [0, 8]);
  });

  test("tell a running job that it is cancelled; the worker does the next one after it", { maxWorkers: 1 }, async (pool) => {
    const memory = shared();
    const job = pool.submit(work.spin, memory);
    await within(memory, 1);
    job.cancel();
    const error = await failure(job);
    assert.ok(isCancelled(error));
    assert.match((error.cause as Error).message, /was running: it is told/);
    assert.equal(await pool.submit(work.add, 1, 1), 2);
    assert.equal(memory[0], 2);
  });

  test("are terminated and replaced when a cancelled job does not end in time", { maxWorkers: 1, terminateAfter: 10 }, async (pool) => {
    const memory = shared();
    const job = pool.submit(work.spinForEver, memory);
    await within(memory, 1);
    job.cancel();
    assert.match(((await failure(job)).cause as Error).message, /terminated unless it ends within 10 ms/);
    assert.equal(await pool.submit(work.add, 1, 1), 2);
  });

  test("are left alone when the time that a cancelled job has is endless", { maxWorkers: 1, terminateAfter: Infinity }, async (pool) => {
    const memory = shared();
    const job = pool.submit(work.holdOn, memory);
    await within(memory, 1);
    job.cancel();
    assert.match(((await failure(job)).cause as Error).message, /it is told, and goes on/);
    const next = pool.submit(work.jobsBefore);
    await sleep(20);
    Atomics.store(memory, 0, 3);
    Atomics.notify(memory, 0);
    assert.equal(await next, "no 0");
  });

  test("run side by side up to the number of workers, in the order of their submission", { maxWorkers: 2 }, async (pool) => {
    const memories = [shared(), shared(), shared()];
    const jobs = memories.map((memory) => pool.submit(work.holdOn, memory));
    await within(memories[0]!, 1);
    await within(memories[1]!, 1);
    assert.equal(memories[2]![0], 0);
    for (const memory of memories) {
      await within(memory, 1);
      Atomics.store(memory, 0, 3);
      Atomics.notify(memory, 0);
    }
    assert.deepEqual(await gather(jobs), ["held", "held", "held"]);
  });

  test("wait for calls on the loop, which fail, end, take too long and are cancelled", { maxWorkers: 1 }, async (pool) => {
    assert.equal(await pool.submit(work.blockFor, 21), 42);
    const error = await failure(pool.submit(work.blockFor, -1));
    assert.deepEqual([error instanceof RangeError, error.message, error["n"]], [true, "negative", -1]);
    assert.equal(await pool.submit(work.bothAtOnce), 12);
    assert.equal(await pool.submit(work.hearOfCancellation), "CancelledError: enough");
    owner.told.length = 0;
    assert.equal(await pool.submit(work.blockTooLong), "TimeoutError");
    while (owner.told.length === 0) await sleep(0);
    assert.deepEqual(owner.told, ["CancelledError"]);
  });

  test("wait at their end for none that waits, with cancelFutures", { maxWorkers: 1 }, async (pool) => {
    const memory = shared();
    const running = pool.submit(work.holdOn, memory);
    const queued = pool.submit(work.add, 1, 2);
    await within(memory, 1);
    const end = pool.shutdown({ cancelFutures: true });
    assert.equal(queued.cancelled(), true);
    Atomics.store(memory, 0, 3);
    Atomics.notify(memory, 0);
    await end;
    assert.equal(running.result(), "held");
  });
});

describe("Processes", () => {
  const processes = KINDS[1][1];
  const test = (name: string, options: ExecutorOptions, body: (pool: Pool) => Promise<void>): void =>
    it(name, () => pooled(processes, options, body));

  test("refuse shared memory, and cannot block for the loop", { maxWorkers: 1 }, async (pool) => {
    assert.match(String(await failure(pool.submit(work.increment, shared()))), /^TypeError: Cannot send the arguments of increment/);
    assert.ok(await failure(pool.submit(work.blockFor, 1)) instanceof UnsupportedOperationError);
  });

  test("refuse objects of the host, and take all data", { maxWorkers: 1 }, async (pool) => {
    for (const kind of ["module", "blob", "exception"]) {
      assert.match(String(await failure(pool.submit(work.giveHostObject, kind))), /^TypeError: Cannot send the result.* to a process$/);
      const given = pool.submit(work.kindOf, giveHostObject(kind));
      assert.match(
        String(await failure(given)),
        /^TypeError: Cannot send the arguments of kindOf\(\): a (Blob|Module|DOMException) cannot be sent/,
      );
    }
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const data = [
      1n,
      new Date(0),
      /x/g,
      new Map([[1, new Set([2])]]),
      new Uint8Array([1]),
      new DataView(new ArrayBuffer(1)),
      new ArrayBuffer(1),
    ];
    for (const value of [...data, circle, new RangeError("as a value"), null, undefined, -0, Object(1)]) {
      assert.equal(await pool.submit(work.kindOf, value), kindOf(value));
    }
  });

  test("are replaced when the system kills them", { maxWorkers: 1 }, async (pool) => {
    assert.match((await failure(pool.submit(work.kill))).message, /its worker was ended by SIGKILL/);
    assert.equal(await pool.submit(work.add, 1, 1), 2);
  });

  test("hear of a cancellation between awaits", { maxWorkers: 1 }, async (pool) => {
    const begun = owner.nextTold();
    const job = pool.submit(work.waitUntilTold);
    await begun;
    job.cancel();
    assert.ok(isCancelled(await failure(job)));
    assert.equal(await pool.submit(work.add, 1, 1), 2);
  });
});

describe("The loop's default executor", () => {
  it("does jobs until it is shut down", () =>
    runHost(async (loop) => {
      assert.equal(await loop.runInExecutor(null, work.add, 1, 2), 3);
      assert.equal(await toThread(work.add, 3, 4), 7);
      await loop.shutdownDefaultExecutor();
      assert.throws(() => loop.runInExecutor(null, work.add, 1, 2), RuntimeError);
    }));

  it("can be set to another executor", () =>
    runHost(async (loop) => {
      const pool = new ThreadPoolExecutor({ maxWorkers: 1, initializer: work.initialise, initargs: ["set"] });
      loop.setDefaultExecutor(pool);
      assert.equal(await toThread(work.jobsBefore), "set 0");
      for (const bad of [null, {}, 1]) assert.throws(() => loop.setDefaultExecutor(bad as never), TypeError);
      assert.throws(() => loop.runInExecutor({} as never, work.add, 1, 2), TypeError);
    }));

  it("ends the job of a wait that is cancelled", () =>
    runHost(async () => {
      const memory = shared();
      const error = await failure(timeout(30, () => toThread(work.spin, memory)));
      assert.ok(error instanceof TimeoutError);
      await toThread(work.add, 1, 1);
    }));

  it("is waited for by run", async () => {
    const memory = shared();
    let job: Future<string> | undefined;
    await run(async () => {
      const { getRunningLoop } = await import("../../mod.ts");
      job = getRunningLoop().runInExecutor(null, work.holdOn, memory);
      await within(memory, 1);
      Atomics.store(memory, 0, 3);
      Atomics.notify(memory, 0);
    }, { signals: false });
    assert.equal(job?.result(), "held");
  });
});

describe("Bad input", () => {
  it("is refused at the call", () =>
    runHost(async (loop) => {
      for (const bad of [0, -1, 1.5, NaN, Infinity]) {
        for (const field of ["maxWorkers", "maxTasksPerChild"]) {
          assert.throws(() => new ThreadPoolExecutor({ [field]: bad }), RangeError);
          assert.throws(() => new ProcessPoolExecutor({ [field]: bad }), RangeError);
        }
      }
      assert.throws(() => new ThreadPoolExecutor({ maxWorkers: "2" as never }), TypeError);
      assert.throws(() => new ThreadPoolExecutor({ initializer: (() => {}) as never }), TypeError);
      const buffer = new ArrayBuffer(1);
      for (const Executor of [ThreadPoolExecutor, ProcessPoolExecutor]) {
        for (const initargs of ["text", { 0: 1 }, [() => {}], [transfer(buffer, [buffer])]]) {
          assert.throws(() => new Executor({ initializer: work.initialise, initargs: initargs as unknown[] }), TypeError);
        }
      }
      new ThreadPoolExecutor({ initializer: work.increment, initargs: [shared()] });
      assert.throws(() => new ProcessPoolExecutor({ initializer: work.increment, initargs: [shared()] }), TypeError);
      const closure = (): number => 1;
      assert.throws(
        () => loop.runInExecutor(null, closure as never),
        /^TypeError: .*moduleFunctions<typeof import\("\.\/work\.ts"\)>.*closure/,
      );
      assert.match(String(await failure(toThread(closure as never))), /a function cannot leave its thread/);
      assert.throws(() => loop.runInExecutor(null, "add" as never), TypeError);
      for (const url of ["./work.ts", "work.ts", "", 1, null]) assert.throws(() => moduleFunctions(url as string), TypeError);
      assert.throws(() => transfer(1, [1 as never]), TypeError);
      assert.throws(() => runCoroutineThreadsafe(work.add, 1, 2), RuntimeError);
      assert.equal(cancelRequested(), false);
    }));
});

describe("A program with an executor", () => {
  it("is kept alive by jobs, and not by idle workers", async () => {
    const { code, stdout, stderr } = await runProgram(new URL("../programs/idle_workers.ts", import.meta.url), { limit: 15_000 });
    assert.equal(stderr.replace(/^.*(warning|trace-warnings).*$/gim, "").trim(), "");
    assert.deepEqual(stdout.trimEnd().split("\n"), ["end of the module", "threads: 3", "processes: 7"]);
    assert.equal(code, 0, runtimeName);
  });

  it("takes its busy processes with it when it exits", async () => {
    const { code, stdout } = await runProgram(new URL("../programs/exits_with_busy_worker.ts", import.meta.url));
    assert.equal(code, 4);
    const pid = Number(/^busy: (\d+)$/m.exec(stdout)![1]);
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 1)); // the end of a stranger has no event
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
