import { CancelledError, createTask, type ExceptionContext, Future, newEventLoop, OSError, sleep } from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { bothColours, errorOf, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** A future that the case completes. */
function pending<T = unknown>(): Future<T> {
  return new Future<T>();
}

describe("multi", () => {
  bothColours("gives results by position, whatever the order of the ends", function* ({ loop }) {
    const began = loop.time();
    const result = yield* wait(gen.multi([sleep(30, "slow"), sleep(10, "fast"), sleep(20, "middle")]));
    assert.deepEqual(result, ["slow", "fast", "middle"]);
    assert.equal(loop.time() - began, 30);
  });

  bothColours("gives a record for a record, with its keys in their order", function* () {
    const result = yield* wait(gen.multi({ slow: sleep(20, 1), fast: sleep(10, 2) }));
    assert.deepEqual(Object.entries(result), [["slow", 1], ["fast", 2]]);
    const bare = Object.assign(Object.create(null) as Record<string, Future<string>>, { ["__proto__"]: 0, a: gen.maybeFuture("a") });
    delete (bare as Record<string, unknown>)["__proto__"];
    assert.deepEqual(yield* wait(gen.multi(bare)), { a: "a" });
  });

  bothColours("takes arrays and records inside each other, and starts all leaves at once", function* ({ loop, body }) {
    const log: string[] = [];
    const job = (name: string) =>
      body(function* () {
        log.push(name);
        yield* wait(sleep(10));
        return name.toUpperCase();
      });
    const began = loop.time();
    const all = gen.multi([[job("a"), [job("b")]], { c: job("c"), d: [] }]);
    assert.deepEqual(log, ["a", "b", "c"]);
    assert.deepEqual(yield* wait(all), [["A", ["B"]], { c: "C", d: [] }]);
    assert.equal(loop.time() - began, 10);
  });

  bothColours("may be given the same thing twice, and starts it once", function* ({ body }) {
    let calls = 0;
    const lazy = sleep(5, "lazy");
    const future = gen.sleep(5);
    const count = body(function* () {
      calls++;
    });
    assert.deepEqual(yield* wait(gen.multi([lazy, lazy, future, future])), ["lazy", "lazy", undefined, undefined]);
    yield* wait(gen.multi([count, count]));
    assert.equal(calls, 2, "each call of a function is work of its own");
  });

  bothColours("of nothing, and of what is done, is done at once", function* () {
    const ready = gen.maybeFuture("ready");
    for (
      const [all, result] of [[gen.multi([]), []], [gen.multi({}), {}], [gen.multi([ready, gen.moment]), ["ready", undefined]]] as const
    ) {
      assert.equal(all.done(), true);
      assert.deepEqual(yield* wait(all as Future<unknown>), result);
    }
  });

  bothColours("is done in the turn after the last member", function* ({ loop }) {
    const [a, b] = [pending<number>(), pending<number>()];
    const all = gen.multi([a, b]);
    a.setResult(1);
    b.setResult(2);
    assert.equal(all.done(), false);
    let turns = 0;
    const count = (): void => {
      turns++;
      if (!all.done()) loop.callSoon(count);
    };
    loop.callSoon(count);
    assert.deepEqual(yield* wait(all), [1, 2]);
    assert.equal(turns, 1);
  });

  it("multiFuture is the same", () => assert.equal(gen.multiFuture, gen.multi));

  bothColours("waits for all when some fail, and throws the first error by position", function* ({ loop }) {
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    const members = [pending(), pending(), pending()] as const;
    const errors = [new Error("by position"), new Error("by time")] as const;
    const all = gen.multi(members);
    const seen: unknown[] = [];
    all.addDoneCallback(() => seen.push(reports.length));
    members[2].setException(errors[1]);
    yield* wait(sleep(1));
    assert.equal(all.done(), false);
    members[0].setException(errors[0]);
    yield* wait(sleep(1));
    assert.equal(all.done(), false);
    members[1].setResult("fine");
    assert.equal(yield* errorOf(wait(all)), errors[0]);
    assert.deepEqual(reports, [{ message: "Multiple exceptions in yield list", exception: errors[1], future: members[2] }]);
    assert.deepEqual(seen, [1], "further errors are told before its own");
  });

  for (const colour of ["generator", "async"] as const) {
    it(`tells each further error once, and none again as never retrieved (${colour})`, async () => {
      const fail = colour === "generator"
        ? (error: Error) =>
          function* () {
            yield* sleep(1);
            throw error;
          }
        : (error: Error) => async () => {
          await sleep(1);
          throw error;
        };
      const errors = ["a", "b", "c"].map((name) => new RangeError(name));
      const reports = await reportsOf(async () => {
        const twice = createTask(fail(errors[1]!));
        await assert.rejects(gen.multi([fail(errors[0]!), twice, twice, fail(errors[2]!)]), errors[0]);
      });
      assert.deepEqual(reports.map(({ message, exception }) => [message, exception]), [
        ["Multiple exceptions in yield list", errors[1]],
        ["Multiple exceptions in yield list", errors[2]],
      ]);
    });
  }

  it("tells no quiet errors, in whatever way they are named", async () => {
    const names = [RangeError, [RangeError, SyntaxError], (error: unknown) => error instanceof RangeError, []] as const;
    const counts: number[] = [];
    for (const quietExceptions of names) {
      const reports = await reportsOf(async () => {
        const [a, b, c] = [pending(), pending(), pending()];
        const all = gen.multi([a, b, c], { quietExceptions });
        a.setException(new RangeError("the first is thrown whatever its type"));
        b.setException(new RangeError("quiet"));
        c.setException(new OSError("told"));
        await assert.rejects(all, /the first is thrown/);
      });
      counts.push(reports.length);
      assert.equal((reports.at(-1)?.exception as Error).message, "told");
    }
    assert.deepEqual(counts, [1, 1, 1, 2]);
  });

  it("that fails and is not looked at is reported as any future", async () => {
    const error = new Error("unseen");
    const reports = await reportsOf(async () => {
      const member = pending();
      gen.multi([member]);
      member.setException(error);
      await sleep(1);
    });
    assert.deepEqual(reports.map(({ message, exception }) => [message, exception]), [["Future exception was never retrieved", error]]);
  });

  bothColours("cancels its members when it is cancelled, and waits for their ends", function* ({ loop, body }) {
    const log: string[] = [];
    const job = body(function* () {
      try {
        yield* wait(sleep(1000));
      } finally {
        yield* wait(sleep(5));
        log.push("cleaned up");
      }
    });
    const future = gen.sleep(1000);
    const caller = createTask(body(function* () {
      yield* wait(gen.multi({ job, list: [future, future] }));
    }));
    yield* wait(sleep(10));
    caller.cancel("enough");
    const began = loop.time();
    const error = (yield* errorOf(wait(caller))) as Error;
    assert.ok(error instanceof CancelledError);
    assert.equal(error.message, "enough");
    assert.deepEqual([log, future.cancelled(), caller.cancelled(), loop.time() - began], [["cleaned up"], true, true, 5]);
  });

  bothColours("that was cancelled is cancelled, also when its members swallow that", function* ({ body }) {
    const stubborn = body(function* () {
      try {
        yield* wait(sleep(1000));
      } catch {
        // goes on
      }
      return "stayed";
    });
    const all = gen.multi([stubborn]);
    yield* wait(sleep(1));
    assert.equal(all.cancel("enough"), true);
    const error = (yield* errorOf(wait(all))) as Error;
    assert.deepEqual([error instanceof CancelledError, error.message, all.cancelled(), all.cancel()], [true, "enough", true, false]);
  });

  bothColours("throws the cancellation of a member, which is no failure to be told", function* () {
    const [a, b, c] = [pending(), pending(), pending()];
    const all = gen.multi([a, b, c]);
    a.cancel("a");
    b.cancel("b");
    c.setResult(1);
    const error = (yield* errorOf(wait(all))) as Error;
    assert.deepEqual([error instanceof CancelledError, error.message], [true, "a"]);
  });

  bothColours("refuses a bad member before anything is started", function* ({ body }) {
    let started = false;
    const job = body(function* () {
      started = true;
    });
    const bad: readonly [unknown, RegExp][] = [
      [[job, 43], /^Cannot wait for what was yielded: .* was expected, got number$/],
      [{ a: job, b: [job, "text"] }, /got string$/],
      [[job, null], /got null$/],
      [[job, undefined], /got undefined$/],
      [[job, new Map()], /got an object of Map$/],
      [[job, new Set([1])], /got an object of Set$/],
      [[job, new Uint8Array(2)], /got an object of Uint8Array$/],
      [[job, new Date()], /got an object of Date$/],
      [42, /^Cannot wait for several things: an array or a record was expected, got number$/],
      ["text", /got string$/],
      [new Map(), /got an object of Map$/],
      [job, /got function$/],
      [undefined, /got undefined$/],
    ];
    for (const [children, message] of bad) {
      assert.throws(() => gen.multi(children as []), (error) => {
        assert.ok(error instanceof gen.BadYieldError && error instanceof TypeError);
        assert.deepEqual([error.name, error.code], ["BadYieldError", "BAD_YIELD"]);
        assert.match(error.message, message);
        return true;
      });
    }
    assert.equal(started, false);
    for (const quietExceptions of [7, "RangeError", [7], null]) {
      assert.throws(() => gen.multi([job], { quietExceptions: quietExceptions as never }), TypeError);
    }
    assert.equal(started, false);
  });

  it("refuses futures of different loops", () =>
    runVirtual(async () => {
      const loop = newEventLoop();
      assert.throws(() => gen.multi([pending(), loop.createFuture()]), { name: "RangeError", message: /different loops/ });
      loop.close();
    }));

  it("of 100,000 members costs no stack", () =>
    runVirtual(async () => {
      const futures = Array.from({ length: 100_000 }, () => pending<number>());
      const all = gen.multi(futures);
      futures.forEach((future, at) => future.setResult(at));
      assert.equal((await all).at(-1), 99_999);
    }));
});
