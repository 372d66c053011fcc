import {
  ContextVar,
  createEagerTaskFactory,
  createTask,
  currentTask,
  eagerTaskFactory,
  Future,
  newEventLoop,
  sleep,
  Task,
} from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("A task with eagerStart", () => {
  bothColours("runs to its first suspension inside createTask", function* ({ body }) {
    const log: string[] = [];
    const task = createTask(
      body(function* () {
        log.push("began");
        yield* wait(sleep(1));
        log.push("went on");
        return "result";
      }),
      { eagerStart: true },
    );
    log.push("created");
    assert.deepEqual(log, ["began", "created"]);
    assert.equal(yield* wait(task), "result");
    assert.deepEqual(log, ["began", "created", "went on"]);
  });

  bothColours("is the current task in its first step, and its maker is again after it", function* ({ body }) {
    const self = currentTask();
    let seen: unknown;
    const task = createTask(
      body(function* () {
        seen = [currentTask()];
        yield* wait(sleep(0));
      }),
      { eagerStart: true },
    );
    assert.deepEqual(seen, [task]);
    assert.equal(currentTask(), self);
    yield* wait(task);
  });

  bothColours("has a copy of the context of variables", function* ({ body }) {
    const variable = new ContextVar<string>("v");
    variable.set("main");
    const task = createTask(
      body(function* () {
        const seen = variable.get();
        variable.set("task");
        yield* wait(sleep(1));
        return [seen, variable.get()];
      }),
      { eagerStart: true },
    );
    assert.equal(variable.get(), "main");
    assert.deepEqual(yield* wait(task), ["main", "task"]);
  });

  bothColours("can be cancelled where it waits", function* ({ body }) {
    const future = new Future();
    const task = createTask(
      body(function* () {
        yield* wait(future);
      }),
      { eagerStart: true },
    );
    task.cancel("stop");
    yield* wait(sleep(1));
    assert.equal(future.cancelled(), true);
    assert.throws(() => task.result(), { message: "stop" });
  });

  bothColours("that fails at once is a failed task", function* ({ body }) {
    const error = new Error("bad");
    const task = createTask(
      body(function* () {
        throw error;
      }),
      { eagerStart: true },
    );
    yield* wait(sleep(0));
    assert.equal(task.exception(), error);
  });

  it("generator: is done when createTask returns, if it ended", () =>
    runVirtual(async () => {
      const task = createTask(
        function* () {
          return "at once";
        },
        { eagerStart: true },
      );
      assert.equal(task.done(), true);
      assert.equal(task.result(), "at once");
      assert.equal(task.getCoro(), null);
      assert.equal(await task, "at once");
    }));

  it("async function: is done some microtasks later, if it ended", () =>
    runVirtual(async () => {
      const task = createTask(async () => "at once", { eagerStart: true });
      assert.equal(task.done(), false);
      assert.equal(await task, "at once");
    }));

  it("starts at once outside of any loop too, on the default one", async () => {
    const log: string[] = [];
    const task = createTask(
      function* () {
        log.push("began");
        yield* sleep(0);
        return "ended";
      },
      { eagerStart: true },
    );
    log.push("created");
    assert.equal(await task, "ended");
    assert.deepEqual(log, ["began", "created"]);
  });

  it("on a loop that does not run starts in the loop's first turn", async () => {
    const loop = newEventLoop();
    const log: string[] = [];
    const task = new Task(
      function* () {
        log.push("began");
      },
      { loop, eagerStart: true },
    );
    assert.deepEqual(log, []);
    await loop.runUntilComplete(task);
    assert.deepEqual(log, ["began"]);
    loop.close();
  });

  it("may make eager tasks itself", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const nested = (depth: number) =>
        function* (): Generator<undefined, void, unknown> {
          log.push(`in ${depth}`);
          const self = currentTask();
          if (depth > 0) createTask(nested(depth - 1), { eagerStart: true });
          assert.equal(currentTask(), self);
          log.push(`out ${depth}`);
        };
      createTask(nested(2), { eagerStart: true });
      assert.deepEqual(log, ["in 2", "in 1", "in 0", "out 0", "out 1", "out 2"]);
    }));
});

describe("Task factories", () => {
  bothColours("eagerTaskFactory makes all tasks of the loop eager", function* ({ loop, body }) {
    loop.setTaskFactory(eagerTaskFactory);
    assert.equal(loop.getTaskFactory(), eagerTaskFactory);
    const log: string[] = [];
    const task = createTask(
      body(function* () {
        log.push("began");
        yield* wait(sleep(1));
      }),
      { name: "eager" },
    );
    loop.setTaskFactory(null);
    log.push("created");
    assert.deepEqual(log, ["began", "created"]);
    assert.equal(task.getName(), "eager");
    yield* wait(task);
  });

  bothColours("createEagerTaskFactory does with a class of one's own", function* ({ loop, body }) {
    class Mine<T> extends Task<T> {}
    loop.setTaskFactory(createEagerTaskFactory(Mine));
    const log: string[] = [];
    const task = createTask(body(function* () {
      log.push("began");
      yield* wait(sleep(1));
      return 1;
    }));
    loop.setTaskFactory(null);
    assert.ok(task instanceof Mine);
    assert.deepEqual(log, ["began"]);
    assert.equal(yield* wait(task), 1);
  });

  bothColours("an eager factory heeds eagerStart: false", function* ({ loop, body }) {
    loop.setTaskFactory(eagerTaskFactory);
    const log: string[] = [];
    const task = createTask(
      body(function* () {
        log.push("began");
      }),
      { eagerStart: false },
    );
    loop.setTaskFactory(null);
    assert.deepEqual(log, []);
    yield* wait(task);
  });

  it("must be functions or null", () =>
    runVirtual(async (loop) => {
      for (const value of [7, "text", {}, undefined]) assert.throws(() => loop.setTaskFactory(value as unknown as null), TypeError);
    }));
});
