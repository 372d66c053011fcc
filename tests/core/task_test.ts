import {
  type Awaitable,
  createTask,
  currentTask,
  type Drivable,
  Future,
  gather,
  InvalidStateError,
  isFuture,
  newEventLoop,
  RuntimeError,
  sleep,
  type Startable,
  Task,
} from "../../mod.ts";
import { bothColours, COLOURS, type Steps, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("Task", () => {
  bothColours("starts in the next turn, in the order of creation", function* ({ body }) {
    const log: string[] = [];
    const tasks = ["a", "b", "c"].map((name) =>
      createTask(body(function* () {
        log.push(name);
      }))
    );
    log.push("created");
    assert.deepEqual(log, ["created"]);
    yield* wait(sleep(0));
    assert.deepEqual(log, ["created", "a", "b", "c"]);
    for (const task of tasks) assert.equal(task.done(), true);
  });

  bothColours("takes turns with the others", function* ({ body }) {
    const log: string[] = [];
    const tasks = ["a", "b"].map((name) =>
      createTask(body(function* () {
        for (let i = 0; i < 3; i++) {
          log.push(`${name}${i}`);
          yield* wait(sleep(0));
        }
      }))
    );
    for (const task of tasks) yield* wait(task);
    assert.deepEqual(log, ["a0", "b0", "a1", "b1", "a2", "b2"]);
  });

  bothColours("is a Future of what its body returns or throws", function* ({ body }) {
    const error = new Error("bad");
    const good = createTask(body(function* () {
      yield* wait(sleep(1));
      return "value";
    }));
    const bad = createTask(body(function* () {
      yield* wait(sleep(1));
      throw error;
    }));
    assert.ok(good instanceof Future && isFuture(good));
    assert.throws(() => good.result(), InvalidStateError);
    assert.equal(yield* wait(good), "value");
    yield* wait(sleep(1));
    assert.equal(bad.exception(), error);
    assert.equal(good.result(), "value");
  });

  bothColours("has a number for a name, or the name it was given", function* ({ body }) {
    const pass = body(function* () {});
    const tasks = [createTask(pass), createTask(pass), createTask(pass, { name: "mine" })];
    const [first, second, third] = tasks as [Task, Task, Task];
    assert.match(first.getName(), /^Task-\d+$/);
    assert.equal(Number(second.getName().slice(5)), Number(first.getName().slice(5)) + 1);
    assert.equal(third.getName(), "mine");
    third.setName("another");
    assert.equal(third.getName(), "another");
    assert.equal(String(third), "<Task pending name='another'>");
    third.setName(7 as unknown as string);
    assert.equal(third.getName(), "7");
    yield* wait(gather(tasks));
    assert.match(String(third), /^<Task finished/);
  });

  bothColours("cannot be completed from outside", function* ({ body }) {
    const task = createTask(body(function* () {
      yield* wait(sleep(1));
      return "its own";
    }));
    assert.throws(() => task.setResult("other"), RuntimeError);
    assert.throws(() => task.setException(new Error("other")), RuntimeError);
    assert.equal(yield* wait(task), "its own");
  });

  bothColours("cannot wait for itself", function* ({ body }) {
    const task: Task<string> = createTask(body(function* (): Steps<string> {
      try {
        return yield* wait(task);
      } catch (error) {
        return String(error);
      }
    }));
    assert.match(yield* wait(task), /^RuntimeError: Task cannot await on itself/);
  });

  bothColours("is the current one in its body, after waits and in helpers", function* ({ body }) {
    const seen: unknown[] = [];
    const helper = body(function* () {
      seen.push(currentTask());
      yield* wait(sleep(1));
      seen.push(currentTask());
    });
    const task = createTask(body(function* () {
      seen.push(currentTask());
      yield* wait(helper());
      seen.push(currentTask());
    }));
    const self = currentTask();
    yield* wait(task);
    assert.deepEqual(seen, [task, task, task, task]);
    assert.equal(currentTask(), self);
    assert.notEqual(self, task);
  });

  it("is null as the current one in callbacks and outside, and for another loop", () => {
    assert.equal(currentTask(), null);
    return runVirtual(async (loop) => {
      const other = newEventLoop();
      assert.equal(currentTask(other), null);
      assert.equal(currentTask(loop), currentTask());
      other.close();
      const inCallback = new Future();
      loop.callSoon(() => inCallback.setResult(currentTask()));
      assert.equal(await inCallback, null);
    });
  });

  bothColours("gives what it was made of", function* ({ body }) {
    const pass = body(function* () {});
    const task = createTask(pass);
    assert.equal(task.getCoro(), pass);
    yield* wait(task);
    assert.equal(task.getCoro(), pass);
  });

  bothColours("is made of what a loop's subclass of it makes", function* ({ loop, body }) {
    class Named extends Task<unknown> {}
    const made: unknown[] = [];
    loop.setTaskFactory((loop, coroutine, options) => {
      made.push(options);
      return new Named(coroutine, { ...options, loop }) as Task<never>;
    });
    const task = createTask(
      body(function* () {
        return 1;
      }),
      { name: "x" },
    );
    loop.setTaskFactory(null);
    assert.equal(loop.getTaskFactory(), null);
    assert.ok(task instanceof Named);
    assert.equal(task.getName(), "x");
    assert.deepEqual(made, [{ name: "x" }]);
    assert.equal(yield* wait(task), 1);
  });
});

describe("What can become a task:", () => {
  const startables: Record<string, () => Startable<string>> = {
    "a generator function": () =>
      function* () {
        return yield* sleep(1, "value");
      },
    "an async function": () => async () => await sleep(1, "value"),
    "a generator": () =>
      (function* () {
        return yield* sleep(1, "value");
      })(),
    "an Awaitable": () => sleep(1, "value"),
    "a function that gives an Awaitable": () => () => sleep(1, "value"),
    "a function that gives a promise": () => () => Promise.resolve("value"),
    "a function that gives a Future": () => () => {
      const future = new Future<string>();
      future.setResult("value");
      return future;
    },
    "a function that gives a thenable": () => () =>
      ({ then: (resolve: (value: string) => void) => resolve("value") }) as PromiseLike<string>,
    "an object with an iterator of its own": () => new Homemade(),
    "a function that gives such an object": () => () => new Homemade() as unknown as Awaitable<string>,
  };
  for (const [name, make] of Object.entries(startables)) {
    it(name, () =>
      runVirtual(async () => {
        assert.equal(await createTask(make()), "value");
      }));
  }

  it("an object with an iterator, which is asked for at the first step", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const task = createTask(new Homemade(() => log.push("asked")));
      assert.deepEqual(log, []);
      await task;
      assert.deepEqual(log, ["asked"]);
    }));

  const refused: Record<string, () => unknown> = {
    "a promise": () => Promise.resolve(1),
    "the promise of a called async function": () => (async () => {})(),
    "a thenable": () => ({ then() {} }),
    "a Future": () => new Future(),
    "null": () => null,
    "undefined": () => undefined,
    "a number": () => 7,
    "a string": () => "text",
    "an object": () => ({}),
    "an array": () => [],
  };
  for (const [name, make] of Object.entries(refused)) {
    it(`not ${name}, which is a TypeError at the call`, () =>
      runVirtual(async (loop) => {
        assert.throws(() => createTask(make() as Startable<unknown>), TypeError);
        assert.throws(() => loop.createTask(make() as Startable<unknown>), TypeError);
        assert.throws(() => new Task(make() as Startable<unknown>), TypeError);
      }));
  }

  it("not a Task, which is a TypeError at the call", () =>
    runVirtual(async () => {
      const task = createTask(() => sleep(1));
      assert.throws(() => createTask(task), TypeError);
      await task;
    }));

  it("a promise's refusal says what to do instead", () =>
    runVirtual(async () => {
      assert.throws(() => createTask(Promise.resolve(1) as unknown as Startable<number>), /ensureFuture/);
    }));

  it("not a function that returns none of them: the task fails", () =>
    runVirtual(async () => {
      for (const value of [undefined, null, 7, "text", {}, []]) {
        const task = createTask(() => value as unknown as Promise<unknown>);
        await assert.rejects(async () => await task, TypeError);
      }
    }));

  it("not a function that throws: the task fails with its error", () =>
    runVirtual(async () => {
      const error = new Error("at once");
      const task = createTask(() => {
        throw error;
      });
      await assert.rejects(async () => await task, (thrown) => thrown === error);
    }));

  it("not a generator that a task has: RuntimeError at the call", () =>
    runVirtual(async () => {
      const generator = (function* () {
        return yield* sleep(1, "once");
      })();
      const task = createTask(generator);
      assert.throws(() => createTask(generator), RuntimeError);
      assert.equal(await task, "once");
      assert.throws(() => createTask(generator), RuntimeError);
    }));

  it("not an Awaitable that has run: the second task fails", () =>
    runVirtual(async () => {
      const awaitable = sleep(1, "once");
      assert.equal(await createTask(awaitable), "once");
      await assert.rejects(async () => await createTask(awaitable), {
        name: "RuntimeError",
        message: /cannot reuse already awaited coroutine/,
      });
    }));

  it("nothing on a closed loop", () =>
    runVirtual(async () => {
      const other = newEventLoop();
      other.close();
      assert.throws(() => other.createTask(() => sleep(1)), RuntimeError);
      assert.throws(() => new Task(() => sleep(1), { loop: other }), RuntimeError);
    }));
});

describe("A yield that the kernel does not understand", () => {
  it("is a RuntimeError thrown there one turn later", () =>
    runVirtual(function* (loop) {
      for (const foreign of [1, "text", null, {}, Promise.resolve(), sleep(0)]) {
        let turns = 0;
        loop.callSoon(() => turns++);
        let thrown: unknown;
        try {
          yield foreign as unknown as undefined;
        } catch (error) {
          thrown = error;
        }
        assert.ok(thrown instanceof RuntimeError, String(foreign));
        assert.match(thrown.message, /bad yield/);
        assert.equal(turns, 1);
      }
    }));

  it("names yield* when it is a future", () =>
    runVirtual(function* () {
      const future = new Future();
      let thrown: unknown;
      try {
        yield future as unknown as undefined;
      } catch (error) {
        thrown = error;
      }
      assert.ok(thrown instanceof RuntimeError);
      assert.match(thrown.message, /yield\*/);
      assert.equal(future.done(), false);
    }));

  it("may be caught, and the task goes on", () =>
    runVirtual(function* () {
      try {
        yield 1 as unknown as undefined;
      } catch {
        // goes on
      }
      assert.equal(yield* sleep(1, "on"), "on");
    }));
});

it("A bare yield gives up one turn", () =>
  runVirtual(function* (loop) {
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn"));
    const given: unknown = yield;
    assert.equal(given, undefined);
    assert.deepEqual(log, ["a turn"]);
  }));

for (const { name, body } of COLOURS) {
  it(`A task's body may end in many ways without the loop (${name})`, () =>
    runVirtual(async () => {
      const tasks = [
        createTask(body(function* () {
          return 1;
        })),
        createTask(body(function* () {
          return undefined;
        })),
        createTask(body(function* () {
          throw null;
        })),
      ];
      await sleep(0);
      assert.deepEqual(tasks.map((task) => task.done()), [true, true, true]);
      assert.equal(tasks[2]!.exception(), null);
      assert.throws(() => tasks[2]!.result(), (thrown) => thrown === null);
    }));
}

class Homemade implements Drivable<string> {
  readonly #asked: () => void;

  constructor(asked: () => void = () => {}) {
    this.#asked = asked;
  }

  *[Symbol.iterator]() {
    this.#asked();
    return yield* sleep(1, "value");
  }
}
