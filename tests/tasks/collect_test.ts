import { asCompleted, coroutine, createTask, Future, gather, sleep, type Task, taskGroup, wait } from "../../mod.ts";
import { bothColours, wait as waitFor } from "../_kit/colours.ts";
import { assert, describe } from "../_kit/mod.ts";

/** What takes an iterable of things to wait for. */
const TAKERS: Readonly<Record<string, (given: Iterable<never>) => unknown>> = { gather, wait, asCompleted };

for (const [name, take] of Object.entries(TAKERS)) {
  describe(`${name} of something that is no iterable of what to wait for`, () => {
    bothColours("refuses a coroutine, whatever that waits for first, and lets it clean up", function* ({ loop }) {
      const future = new Future<void>();
      let cleaned = 0;
      const around = function* (steps: Iterable<unknown>): Generator<unknown, void, unknown> {
        try {
          yield* steps;
        } finally {
          cleaned++;
        }
      };
      const bodies = [sleep(1), sleep(0), future, coroutine(() => sleep(1))(), taskGroup(async () => await sleep(1))];
      for (const body of bodies.slice(0, 4)) {
        assert.throws(() => take(around(body) as Iterable<never>), {
          name: "TypeError",
          message: /^Cannot .* was expected, as .*, got a coroutine$/,
        });
      }
      assert.equal(cleaned, 4);
      assert.equal([...loop._scheduledItems()].length, 0, "a timer is left");
      future.cancel();
    });

    bothColours("refuses promises, tasks, text and what cannot be iterated", function* () {
      const task = createTask(sleep(1));
      for (const given of [Promise.resolve([]), task, sleep(1), "ab", 7, null, undefined, {}]) {
        assert.throws(() => take(given as never), { name: "TypeError", message: /^Cannot .* was expected, as \w+\(\[a, b\]\)$/ });
      }
      yield* waitFor(task);
    });
  });
}

describe("A generator of things to wait for", () => {
  bothColours("is an iterable as any other", function* () {
    function* tasks(): Generator<Task<number>> {
      for (const n of [1, 2]) yield createTask(() => sleep(n, n));
    }
    function* sleeps(): Generator<ReturnType<typeof sleep<number>>> {
      for (const n of [1, 2]) yield sleep(n, n);
    }
    assert.deepEqual(yield* waitFor(gather(tasks())), [1, 2]);
    assert.deepEqual(yield* waitFor(gather(sleeps())), [1, 2]);
    assert.equal((yield* waitFor(wait(tasks())))[0].size, 2);
    const results: number[] = [];
    for (const next of asCompleted(sleeps())) results.push(yield* waitFor(next));
    assert.deepEqual(results, [1, 2]);
  });
});
