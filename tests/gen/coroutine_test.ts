import {
  CancelledError,
  ContextVar,
  type ContextVar as Variable,
  coroutine as lazy,
  createTask,
  currentTask,
  Event,
  type Future,
  isFuture,
  sleep,
  Task,
  timeout,
} from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const { coroutine, moment } = gen;

describe("gen.coroutine", () => {
  it("starts at the call, and runs until its first wait for something that is not done", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const job = coroutine(function* (name: string) {
        log.push(`${name} began`);
        log.push(yield gen.maybeFuture(`${name} took what was done`));
        yield gen.sleep(1);
        return `${name} ended`;
      });
      const future = job("a");
      assert.deepEqual([log, isFuture(future), future.done()], [["a began", "a took what was done"], true, false]);
      assert.equal(await future, "a ended");
    }));

  it("is done when the call returns, if it never really waits", () =>
    runVirtual(async () => {
      const inner = coroutine(function* () {
        return "value";
      });
      const job = coroutine(function* () {
        const got: unknown[] = yield [inner(), { x: inner() }, []];
        got.push(yield* inner());
        got.push(
          yield function* () {
            return "of a function";
          },
        );
        got.push(
          yield lazy(function* () {
            return "of a lazy one";
          })(),
        );
        return got;
      });
      const future = job();
      assert.equal(future.done(), true);
      assert.deepEqual(future.result(), ["value", { x: "value" }, [], "value", "of a function", "of a lazy one"]);
    }));

  it("keeps its error in the future, never throws it at the call", () =>
    runVirtual(async () => {
      const error = new RangeError("at once");
      const fails = coroutine(function* () {
        throw error;
      });
      const future = fails();
      assert.equal(future.done(), true);
      assert.equal(future.exception(), error);
      const badParameter = coroutine(function* ({ a }: { a: number }) {
        return a;
      });
      await assert.rejects(badParameter(undefined as never), TypeError);
    }));

  it("takes any yieldable at a yield without a star", () =>
    runVirtual(async (loop) => {
      const began = loop.time();
      const job = coroutine(function* () {
        const results: unknown[] = [];
        results.push(yield sleep(1, "awaitable"));
        results.push(yield sleep(0, "awaitable of a turn"));
        results.push(yield Promise.resolve("promise"));
        results.push(yield createTask(() => sleep(1, "task")));
        results.push(yield async () => "async function");
        results.push(yield [sleep(1, 1), [sleep(1, 2)]]);
        results.push(yield { a: sleep(1, 3), b: moment });
        results.push(yield);
        return results;
      });
      assert.deepEqual(await job(), [
        "awaitable",
        "awaitable of a turn",
        "promise",
        "task",
        "async function",
        [1, [2]],
        { a: 3, b: undefined },
        undefined,
      ]);
      assert.equal(loop.time() - began, 4);
    }));

  it("takes any awaitable at a yield with a star", () =>
    runVirtual(async () => {
      const event = new Event();
      const job = coroutine(function* () {
        const one: string = yield* sleep(1, "one");
        const two: number = yield* timeout(100, function* () {
          yield* event.wait();
          return yield* sleep(1, 2);
        });
        const three: boolean = yield* timeout(100, async () => await sleep(1, true));
        return [one, two, three];
      });
      const future = job();
      await sleep(5);
      event.set();
      assert.deepEqual(await future, ["one", 2, true]);
    }));

  it("throws BadYieldError at the yield, where it can be caught", () =>
    runVirtual(async () => {
      const job = coroutine(function* () {
        const caught: string[] = [];
        for (const thing of [42, "text", null, [moment, 43], { a: new Map() }]) {
          try {
            yield thing;
            caught.push("accepted");
          } catch (error) {
            caught.push((error as Error).name);
          }
        }
        yield 43;
        return caught;
      });
      const other = coroutine(function* () {
        try {
          return yield* job();
        } catch (error) {
          return error;
        }
      });
      const error = await other();
      assert.ok(error instanceof gen.BadYieldError);
      assert.match(error.message, /was expected, got number$/);
    }));

  it("throws what a yielded thing failed with at the yield, and goes on", () =>
    runVirtual(async () => {
      const log: unknown[] = [];
      const fails = coroutine(function* (text: string) {
        yield moment;
        throw new RangeError(text);
      });
      const job = coroutine(function* () {
        for (const bad of [fails("one"), [fails("two")], { three: fails("three") }]) {
          try {
            yield bad;
          } catch (error) {
            log.push((error as Error).message);
            yield moment;
          } finally {
            log.push(yield gen.maybeFuture("finally"));
          }
        }
      });
      await job();
      assert.deepEqual(log, ["one", "finally", "two", "finally", "three", "finally"]);
    }));

  bothColours("ends with the value of a Return, from any depth", function* ({ body }) {
    const helper = (value?: string): never => {
      throw new gen.Return(value);
    };
    const log: string[] = [];
    const nested = body(function* (value?: string) {
      yield* wait(sleep(1));
      return helper(value);
    });
    const job = coroutine(
      body(function* (value?: string) {
        for (;;) {
          try {
            yield* wait(nested(value));
          } finally {
            log.push("finally");
          }
        }
      }) as () => PromiseLike<string>,
    ) as (value?: string) => Future<unknown>;
    assert.equal(yield* wait(job("deep")), "deep");
    assert.equal(yield* wait(job()), undefined);
    assert.deepEqual(log, ["finally", "finally"]);
    const error = new gen.Return(5);
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, error.code, error.value, error.message], ["Return", "RETURN", 5, ""]);
  });

  bothColours("of an async function begins at the call too", function* ({ body }) {
    const log: string[] = [];
    const job = coroutine(
      body(function* (n: number) {
        log.push("began");
        yield* wait(sleep(1));
        return n;
      }) as (n: number) => PromiseLike<number>,
    );
    const future = job(3);
    assert.deepEqual(log, ["began"]);
    assert.equal(yield* wait(future), 3);
  });

  bothColours("can be cancelled where it waits, and cleans up", function* ({ body }) {
    const log: string[] = [];
    const member = gen.sleep(1000);
    const job = coroutine(function* () {
      try {
        yield [member, gen.sleep(500)];
      } catch (error) {
        log.push((error as Error).message);
        yield gen.sleep(5);
        log.push("cleaned up");
        throw error;
      }
    });
    const caller = createTask(body(function* () {
      yield* wait(job());
    }));
    yield* wait(sleep(1));
    caller.cancel("enough");
    try {
      yield* wait(caller);
    } catch (error) {
      assert.ok(error instanceof CancelledError);
    }
    assert.deepEqual([log, member.cancelled(), caller.cancelled()], [["enough", "cleaned up"], true, true]);
  });

  it("is a task of its own, with a copy of the caller's context variables and its `this`", () =>
    runVirtual(async () => {
      const variable: Variable<string> = new ContextVar<string>("v");
      variable.set("caller");
      class Client {
        readonly name = "client";
        readonly fetch = coroutine(function* (this: Client, n: number): Generator<unknown, unknown[], unknown> {
          const seen = variable.get();
          variable.set("job");
          yield moment;
          return [this.name, n, seen, variable.get(), currentTask() instanceof Task];
        });
      }
      const caller = currentTask();
      const client = new Client();
      assert.deepEqual(await client.fetch(1), ["client", 1, "caller", "job", true]);
      assert.deepEqual([variable.get(), currentTask()], ["caller", caller]);
      assert.equal(client.fetch.name, "");
    }));

  it("starts at the call outside of any loop too, on the default one", async () => {
    const log: string[] = [];
    const job = coroutine(function* () {
      log.push("began");
      yield moment;
      return "ended";
    });
    const future = job();
    log.push("called");
    assert.equal(await future, "ended");
    assert.deepEqual(log, ["began", "called"]);
  });

  it("refuses what is no function, and reports a function that makes no generator", () =>
    runVirtual(async () => {
      for (const value of [undefined, null, 7, "text", {}]) {
        assert.throws(() => coroutine(value as never), {
          name: "TypeError",
          message: /^Cannot make a coroutine function: a function was expected/,
        });
      }
      const forgot = coroutine(function forgotten() {
        return 5;
      } as never);
      await assert.rejects(forgot(), {
        name: "TypeError",
        message: /^Cannot run the coroutine forgotten: a generator was expected, got number/,
      });
    }));

  it("reports an error that nobody retrieves, once", async () => {
    const error = new Error("unseen");
    const reports = await reportsOf(async () => {
      coroutine(function* () {
        throw error;
      })();
      await sleep(1);
    });
    assert.deepEqual(reports.map(({ message, exception }) => [message, exception]), [["Task exception was never retrieved", error]]);
  });

  it("runs long chains of things that are done without growing the stack", () =>
    runVirtual(async () => {
      const count = coroutine(function* () {
        let sum = 0;
        for (let n = 0; n < 20_000; n++) sum += (yield gen.maybeFuture(1)) as number;
        return sum;
      });
      assert.equal(count().result(), 20_000);
    }));
});

describe("isCoroutineFunction", () => {
  it("knows what gen.coroutine makes, and nothing else", () => {
    assert.equal(gen.isCoroutineFunction(coroutine(function* () {})), true);
    assert.equal(gen.isCoroutineFunction(coroutine(async () => {})), true);
    for (const other of [function* () {}, async () => {}, lazy(function* () {}), () => {}, undefined, null, 7, {}]) {
      assert.equal(gen.isCoroutineFunction(other), false);
    }
  });
});
