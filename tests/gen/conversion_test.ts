import { coroutine as lazy, createTask, currentTask, Future, sleep, type Task } from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const { convertYielded, maybeFuture } = gen;

class Query {
  readonly delay: number;
  constructor(delay: number) {
    this.delay = delay;
  }
}

describe("convertYielded", () => {
  bothColours("takes futures as they are, and makes futures of what else can be waited for", function* ({ body }) {
    const future = new Future<string>();
    assert.equal(convertYielded(future), future);
    future.setResult("future");
    const job = body(function* () {
      yield* wait(sleep(1));
      return "coroutine";
    });
    const custom = {
      *[Symbol.iterator]() {
        return yield* sleep(1, "custom");
      },
    };
    const given: unknown[] = [future, job, sleep(1, "awaitable"), Promise.resolve("promise"), {
      then: (f: (v: string) => void) => f("thenable"),
    }, custom];
    const results: unknown[] = [];
    for (const thing of given) results.push(yield* wait(convertYielded(thing)));
    assert.deepEqual(results, ["future", "coroutine", "awaitable", "promise", "thenable", "custom"]);
    assert.deepEqual(yield* wait(convertYielded([job, { a: sleep(1, 1) }])), ["coroutine", { a: 1 }]);
  });

  it("starts coroutines at the call", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const make = lazy(function* () {
        log.push("began");
        return currentTask();
      });
      const future = convertYielded(make()) as Task<unknown>;
      assert.deepEqual([log, future.done(), future.result() === future], [["began"], true, true]);
    }));

  it("throws BadYieldError for anything else", () => {
    const bad = [42, "text", true, null, undefined, Symbol("s"), new Map(), new Set(), new Uint8Array(1), new Date(), new Query(1), [
      new Map(),
    ]];
    for (const value of bad) assert.throws(() => convertYielded(value), { name: "BadYieldError", code: "BAD_YIELD" });
  });
});

describe("convertYielded.register", () => {
  bothColours("makes a class yieldable, and its subclasses; the nearest class counts", function* () {
    class OtherQuery extends Query {}
    class SlowQuery extends OtherQuery {}
    class VerySlowQuery extends SlowQuery {}
    convertYielded.register(OtherQuery, (query) => sleep(query.delay, `after ${query.delay}`));
    assert.equal(yield* wait(convertYielded(new OtherQuery(1))), "after 1");
    assert.equal(yield* wait(convertYielded(new VerySlowQuery(3))), "after 3");
    convertYielded.register(SlowQuery, (query) => gen.maybeFuture(`slow ${query.delay}`));
    assert.equal(yield* wait(convertYielded(new VerySlowQuery(3))), "slow 3");
    convertYielded.register(SlowQuery, () => sleep(1, "the second registration"));
    assert.equal(yield* wait(convertYielded(new SlowQuery(1))), "the second registration");
    assert.equal(yield* wait(convertYielded(new OtherQuery(1))), "after 1");
  });

  bothColours("holds inside arrays and records, at yields and in timeouts", function* () {
    convertYielded.register(Query, (query) => sleep(query.delay, query.delay));
    const job = gen.coroutine(function* (): Generator<unknown, unknown, unknown> {
      return [yield new Query(1), yield [new Query(2), { a: new Query(3) }]];
    });
    assert.deepEqual(yield* wait(job()), [1, [2, { a: 3 }]]);
    assert.deepEqual(yield* wait(gen.withTimeout(10, { q: new Query(4) } as never)), { q: 4 });
  });

  bothColours("comes before what a value is otherwise, primitives too", function* () {
    class List extends Array<number> {}
    class Own extends Future<string> {}
    convertYielded.register(List, (list) => gen.maybeFuture(list.length));
    convertYielded.register(Own, () => gen.maybeFuture("registered"));
    assert.equal(yield* wait(convertYielded(List.of(1, 2))), 2);
    assert.equal(yield* wait(convertYielded(new Own())), "registered");
    convertYielded.register(BigInt as unknown as new () => bigint, (value) => gen.maybeFuture(String(value)));
    assert.equal(yield* wait(convertYielded(7n)), "7");
  });

  bothColours("passes on what a conversion throws, and refuses what cannot be waited for", function* () {
    class Broken {}
    const error = new RangeError("no");
    convertYielded.register(Broken, () => {
      throw error;
    });
    assert.throws(() => convertYielded(new Broken()), error);
    convertYielded.register(Broken, () => [sleep(1)] as never);
    assert.throws(() => convertYielded([new Broken()]), {
      name: "BadYieldError",
      message: "Cannot wait for an object of Broken: what is registered for it gave an array, nothing to wait for",
    });
    yield* wait(sleep(0));
  });

  it("wants a class and a function", () => {
    for (const type of [undefined, null, 7, "Query", {}, () => {}]) {
      assert.throws(() => convertYielded.register(type as never, () => sleep(1)), { name: "TypeError", message: /a class was expected/ });
    }
    assert.throws(() => convertYielded.register(Query, 7 as never), {
      name: "TypeError",
      message: /type Query: a function was expected, got number/,
    });
  });
});

describe("maybeFuture", () => {
  bothColours("gives futures back, starts what can be waited for, and holds values", function* ({ body }) {
    const future = new Future();
    assert.equal(maybeFuture(future), future);
    const task = createTask(() => sleep(1));
    assert.equal(maybeFuture(task), task);
    const job = body(function* () {
      return "job";
    });
    assert.equal(yield* wait(maybeFuture(job)), "job");
    assert.equal(yield* wait(maybeFuture(Promise.resolve("promise"))), "promise");
    const values = ["text", 7, null, undefined, [future], { a: future }, new Map([[1, 2]]), new Uint8Array(2), new Set([1])];
    for (const value of values) {
      const held = maybeFuture(value as unknown) as Future<unknown>;
      assert.deepEqual([held.done(), held.result()], [true, value]);
    }
    yield* wait(task);
  });
});
