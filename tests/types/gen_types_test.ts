/**
 * The types of tsyncio/gen. `deno task check` proves them, with all other types of the tests; when they run, the values are looked at too.
 */
import {
  type Awaitable,
  type Coroutine,
  coroutine as lazy,
  type CoroutineGenerator,
  type Future,
  sleep as lazySleep,
  type Task,
} from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Whether two types are the same one, `any` and readonly told apart. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless the type argument is `true`. */
function expectType<_Holds extends true>(): void {}

class Query {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

declare module "../../src/gen/mod.ts" {
  interface YieldableTypes {
    queryOfTheTypeTests: Query;
  }
}

function* text(): CoroutineGenerator<string> {
  yield* lazySleep(1);
  return "text";
}

async function number(): Promise<number> {
  await lazySleep(1);
  return 7;
}

const flag: (on: boolean) => Coroutine<boolean> = lazy(function* (on: boolean) {
  yield* lazySleep(1);
  return on;
});

describe("the types of multi", () => {
  it("keep tuples, of both colours", () =>
    runVirtual(async () => {
      const all = gen.multi([text(), () => text(), number, number(), flag(true), gen.sleep(1), gen.moment]);
      expectType<Equal<typeof all, Future<[string, string, number, number, boolean, void, void]>>>();
      const awaited = await all;
      expectType<Equal<typeof awaited, [string, string, number, number, boolean, void, void]>>();
      assert.deepEqual(awaited, ["text", "text", 7, 7, true, undefined, undefined]);
    }));

  it("keep records, of both colours", () =>
    runVirtual(function* () {
      const all = gen.multi({ x: text(), y: number, z: flag(false) });
      expectType<Equal<typeof all, Future<{ x: string; y: number; z: boolean }>>>();
      const result = yield* all;
      expectType<Equal<typeof result, { x: string; y: number; z: boolean }>>();
      assert.deepEqual(result, { x: "text", y: 7, z: false });
    }));

  it("keep what is inside", () =>
    runVirtual(async () => {
      const result = await gen.multi({ list: [text, number], record: { on: flag(true), deep: [[number]] } });
      expectType<Equal<typeof result, { list: [string, number]; record: { on: boolean; deep: [[number]] } }>>();
      const fixed = await gen.multi([[text, number], { on: flag(true) }]);
      expectType<Equal<typeof fixed, [[string, number], { on: boolean }]>>();
      assert.deepEqual(result, { list: ["text", 7], record: { on: true, deep: [[7]] } });
      assert.deepEqual(fixed, [["text", 7], { on: true }]);
    }));

  it("of arrays and records of one kind are arrays and records", () =>
    runVirtual(async () => {
      const futures: Future<number>[] = [1, 2].map((n) => gen.maybeFuture(n));
      const list = await gen.multi(futures);
      expectType<Equal<typeof list, number[]>>();
      const byName: Readonly<Record<string, Awaitable<string>>> = { a: lazySleep(1, "a") };
      const record = await gen.multiFuture(byName);
      expectType<Equal<typeof record, { [x: string]: string }>>();
      assert.deepEqual([list, record], [[1, 2], { a: "a" }]);
    }));

  it("refuse what cannot be waited for", () => {
    // @ts-expect-error a number is no yieldable
    assert.throws(() => gen.multi([1]), gen.BadYieldError);
    // @ts-expect-error nor is a text
    assert.throws(() => gen.multi({ a: "text" }), gen.BadYieldError);
    // @ts-expect-error nor a map, which is no record either
    assert.throws(() => gen.multi(new Map()), gen.BadYieldError);
  });

  it("take registered types that were declared", () => {
    const start = () => gen.multi([new Query("q"), text()]);
    // deno-lint-ignore no-explicit-any -- what registered types give is not known
    expectType<Equal<ReturnType<typeof start>, Future<[any, string]>>>();
    void start;
  });
});

describe("the types of coroutine", () => {
  it("take the parameters and the result of the generator", () =>
    runVirtual(async () => {
      const job = gen.coroutine(function* (n: number, unit?: string) {
        const [first, second] = yield [text(), number()];
        const typed = yield* flag(true);
        expectType<Equal<typeof typed, boolean>>();
        return `${n} ${unit} ${first} ${second} ${typed}`;
      });
      expectType<Equal<typeof job, (n: number, unit?: string) => Future<string>>>();
      assert.equal(await job(1, "m"), "1 m text 7 true");
    }));

  it("take those of an async function", () =>
    runVirtual(async () => {
      const job = gen.coroutine(async (n: number) => n + await number());
      expectType<Equal<typeof job, (n: number) => Future<number>>>();
      assert.equal(await job(1), 8);
    }));
});

describe("the types of the others", () => {
  it("maybeFuture holds what is waited for, or the value", () =>
    runVirtual(async () => {
      const given = [
        gen.maybeFuture("text"),
        gen.maybeFuture(text()),
        gen.maybeFuture(number),
        gen.maybeFuture([1]),
        gen.maybeFuture(null),
      ] as const;
      expectType<Equal<typeof given, readonly [Future<string>, Future<string>, Future<number>, Future<number[]>, Future<null>]>>();
      const either = gen.maybeFuture("text" as string | Future<string>);
      expectType<Equal<typeof either, Future<string>>>();
      const named = gen.maybeFuture<number>(number());
      expectType<Equal<typeof named, Future<number>>>();
      assert.deepEqual(await gen.multi([...given, either, named]), ["text", "text", 7, [1], null, "text", 7]);
    }));

  it("withTimeout gives what its thing gives", () =>
    runVirtual(async (loop) => {
      const one = gen.withTimeout(10, number);
      expectType<Equal<typeof one, Future<number>>>();
      const several = gen.withTimeout({ at: loop.time() + 10 }, [text(), number], { quietExceptions: [RangeError, TypeError] });
      expectType<Equal<typeof several, Future<[string, number]>>>();
      assert.deepEqual([await one, await several], [7, ["text", 7]]);
      // @ts-expect-error a deadline is a number, or says at which time
      assert.throws(() => gen.withTimeout("10", number), TypeError);
    }));

  it("WaitIterator gives values, also in for await", () =>
    runVirtual(async () => {
      const waiter = new gen.WaitIterator<string | number>({ a: text(), b: number });
      expectType<Equal<ReturnType<typeof waiter.next>, Future<string | number>>>();
      expectType<Equal<typeof waiter.currentIndex, string | number | null>>();
      expectType<Equal<typeof waiter.currentFuture, Future<string | number> | null>>();
      const seen: (string | number)[] = [];
      for await (const value of waiter) seen.push(value);
      assert.deepEqual(seen.map(String).sort(), ["7", "text"]);
      const positional = new gen.WaitIterator(text(), lazySleep(1, "slept"));
      expectType<Equal<typeof positional, gen.WaitIterator<string>>>();
      await gen.multi([positional.next(), positional.next()]);
    }));

  it("task takes the arguments before the callback, sleep and moment give nothing, Return its value", () =>
    runVirtual(async () => {
      const add = (a: number, b: string, callback: (sum: string) => void) => callback(a + b);
      const sum: Future<string> = gen.task(add, 1, "b");
      assert.equal(await sum, "1b");
      // @ts-expect-error the first argument is a number
      void (() => gen.task(add, "1", "b"));
      expectType<Equal<ReturnType<typeof gen.sleep>, Future<void>>>();
      expectType<Equal<typeof gen.moment, Future<void>>>();
      const end = new gen.Return(5);
      expectType<Equal<typeof end.value, number>>();
      expectType<Equal<ReturnType<typeof gen.runSync<number>>, Promise<number>>>();
      expectType<Equal<gen.YieldResult<Task<number> | [Future<string>]>, number | [string]>>();
    }));
});
