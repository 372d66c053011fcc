import { createTask, Future, newEventLoop, sleep } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { assert, describe } from "../_kit/mod.ts";

describe("createTask", () => {
  bothColours("makes a task of the running loop, in tasks and in callbacks", function* ({ loop, body }) {
    const pass = body(function* () {
      yield* wait(sleep(1));
    });
    const task = createTask(pass);
    assert.equal(task.getLoop(), loop);
    const inCallback = new Future<unknown>();
    loop.callSoon(() => {
      const task = createTask(pass);
      inCallback.setResult(task.getLoop());
      task.addDoneCallback(() => {});
    });
    assert.equal(yield* wait(inCallback), loop);
    yield* wait(task);
    yield* wait(sleep(1));
  });

  bothColours("and loop.createTask of another loop: that one runs it, when it runs", function* ({ body }) {
    const other = newEventLoop();
    const log: string[] = [];
    const task = other.createTask(body(function* () {
      log.push("ran");
    }));
    yield* wait(sleep(1));
    assert.equal(task.getLoop(), other);
    assert.deepEqual(log, []);
    task.cancel();
    other.setExceptionHandler(() => {});
    other.close();
  });
});
