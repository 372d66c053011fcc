import {
  asyncgen,
  type Context,
  ContextVar,
  copyContext,
  createTask,
  currentTask,
  type EventLoop,
  type ExceptionContext,
  Future,
  getRunningLoop,
  isCancelled,
  newEventLoop,
  run,
  Runner,
  sleep,
  type Waitable,
} from "../mod.ts";
import { VirtualRuntime } from "../src/testing/mod.ts";
import { assert, describe, it } from "./_kit/mod.ts";

/** Options of a run in virtual time, whose reports are collected. */
function collecting(reports: ExceptionContext[]): { loopFactory: () => EventLoop; signals: false } {
  const loopFactory = (): EventLoop => {
    const loop = newEventLoop({ runtime: new VirtualRuntime() });
    loop.setExceptionHandler((_loop, context) => void reports.push(context));
    return loop;
  };
  return { loopFactory, signals: false };
}

describe("run", () => {
  it("gives the result of whatever can be waited for", async () => {
    const waitables: Record<string, () => Waitable<string>> = {
      "async function": () => async () => await sleep(1, "async function"),
      "generator function": () =>
        function* () {
          return yield* sleep(1, "generator function");
        },
      "generator": () =>
        (function* () {
          return yield* sleep(1, "generator");
        })(),
      "awaitable": () => sleep(1, "awaitable"),
      "promise": () => Promise.resolve("promise"),
      "object with an iterator": () => ({
        *[Symbol.iterator]() {
          return yield* sleep(1, "object with an iterator");
        },
      }),
    };
    for (const [name, make] of Object.entries(waitables)) assert.equal(await run(make(), { signals: false }), name);
  });

  it("throws the error of main, after the loop was closed", async () => {
    const error = new Error("bad");
    let loop: EventLoop | undefined;
    await assert.rejects(
      run(async () => {
        loop = getRunningLoop();
        await sleep(1);
        throw error;
      }),
      (thrown) => thrown === error,
    );
    assert.equal(loop!.isClosed(), true);
  });

  it("throws CancelledError when main cancels itself", async () => {
    await assert.rejects(
      run(async () => {
        currentTask()!.cancel("enough");
        await sleep(1000);
      }),
      (error) => isCancelled(error) && error.message === "enough",
    );
  });

  it("refuses what cannot be waited for", async () => {
    for (const value of [null, undefined, 7, "text", {}, []]) await assert.rejects(run(value as unknown as Waitable<unknown>), TypeError);
  });

  it("inside a task or callback is a rejection with RuntimeError", async () => {
    await run(async () => {
      await assert.rejects(async () => await run(() => sleep(1)), {
        name: "RuntimeError",
        message: /cannot be called from a running event loop/,
      });
      const inCallback = new Future<Promise<void>[]>();
      getRunningLoop().callSoon(() => inCallback.setResult([run(() => sleep(1))]));
      await assert.rejects((await inCallback)[0]!, { name: "RuntimeError" });
    });
  });

  it("runs side by side with others", async () => {
    const results = await Promise.all([1, 2, 3].map((n) =>
      run(async () => {
        await sleep(n);
        return [n, getRunningLoop()] as const;
      })
    ));
    assert.deepEqual(results.map(([n]) => n), [1, 2, 3]);
    assert.equal(new Set(results.map(([, loop]) => loop)).size, 3);
  });

  it("one after the other", async () => {
    for (let i = 0; i < 20; i++) assert.equal(await run(() => sleep(0, i)), i);
  });

  it("passes debug on, and makes the loop by the factory", async () => {
    assert.equal(await run(async () => getRunningLoop().getDebug(), { debug: true }), true);
    assert.equal(await run(async () => getRunningLoop().getDebug()), false);
    const loop = newEventLoop();
    assert.equal(await run(async () => getRunningLoop(), { loopFactory: () => loop }), loop);
    assert.equal(loop.isClosed(), true);
  });

  it("takes a runtime", async () => {
    assert.equal(
      await run(async () => {
        await sleep(1e9);
        return getRunningLoop().time();
      }, { runtime: new VirtualRuntime({ start: 5 }), signals: false }),
      1e9 + 5,
    );
  });
});

describe("What is left when main has ended", () => {
  it("is cancelled and awaited, newest tasks too, and may take its time", async () => {
    const log: string[] = [];
    const reports: ExceptionContext[] = [];
    const lingering = (name: string, time: number) => async () => {
      try {
        await sleep(1e6);
      } catch (error) {
        log.push(`${name} ${(error as Error).name}`);
        throw error;
      } finally {
        await sleep(time);
        log.push(`${name} ended`);
      }
    };
    const result = await run(async () => {
      createTask(lingering("a", 20));
      createTask(function* () {
        try {
          yield* sleep(1e6);
        } finally {
          yield* sleep(10);
          log.push("b ended");
        }
      });
      await sleep(1);
      return "main's result";
    }, collecting(reports));
    assert.equal(result, "main's result");
    assert.deepEqual(log, ["a CancelledError", "b ended", "a ended"]);
    assert.deepEqual(reports, []);
  });

  it("ran if its turn came with main's end, and never ran if it was made in that turn", async () => {
    const log: string[] = [];
    await run(async () => {
      createTask(async () => {
        log.push("child");
        createTask(async () => log.push("grandchild"));
      });
    }, collecting([]));
    assert.deepEqual(log, ["child"]);
  });

  it("and fails while it is cancelled, is reported, with the task", async () => {
    const reports: ExceptionContext[] = [];
    await run(async () => {
      createTask(async () => {
        try {
          await sleep(1e6);
        } catch {
          throw new Error("bad clean-up");
        }
      }, { name: "clumsy" });
      await sleep(1);
    }, collecting(reports));
    assert.deepEqual(reports.map(({ message, exception }) => [message, String(exception)]), [
      ["unhandled exception during asyncio.run() shutdown", "Error: bad clean-up"],
    ]);
    assert.match(String(reports[0]!["task"]), /clumsy/);
  });

  it("is ended too when main fails, and main's error comes out", async () => {
    let ended = false;
    await assert.rejects(
      run(async () => {
        createTask(async () => {
          try {
            await sleep(1e6);
          } finally {
            await sleep(1);
            ended = true;
          }
        });
        await sleep(1);
        throw new Error("main's");
      }, collecting([])),
      /main's/,
    );
    assert.equal(ended, true);
  });

  it("swallows its cancellation: it is waited for", async () => {
    let ended = false;
    await run(async () => {
      createTask(async () => {
        try {
          await sleep(1e6);
        } catch {
          await sleep(1e6);
          ended = true;
        }
      });
      await sleep(1);
    }, collecting([]));
    assert.equal(ended, true);
  });

  it("are async generators: closed after the tasks", async () => {
    const log: string[] = [];
    await run(async () => {
      const generator = asyncgen(async function* () {
        try {
          yield 1;
        } finally {
          await sleep(1);
          log.push("generator closed");
        }
      })();
      await generator.next();
      createTask(async () => {
        try {
          await sleep(1e6);
        } finally {
          log.push("task ended");
        }
      });
      await sleep(1);
    }, collecting([]));
    assert.deepEqual(log, ["task ended", "generator closed"]);
  });
});

describe("Runner", () => {
  const variable = new ContextVar<string>("v", { default: "default" });

  it("runs several mains on one loop, in one context", async () => {
    const runner = new Runner(collecting([]));
    const loop = runner.getLoop();
    assert.equal(runner.getLoop(), loop);
    const setting = async (): Promise<EventLoop> => {
      variable.set("set by the first");
      await sleep(1);
      return getRunningLoop();
    };
    assert.equal(await runner.run(setting), loop);
    assert.equal(await runner.run(async () => variable.get()), "set by the first");
    assert.equal(variable.get(), "default");
    assert.equal(loop.isClosed(), false);
    await runner.close();
    assert.equal(loop.isClosed(), true);
  });

  it("takes another context for one run", async () => {
    const runner = new Runner(collecting([]));
    const context: Context = copyContext();
    await runner.run(async () => variable.set("own"), { context });
    assert.equal(context.get(variable), "own");
    assert.equal(await runner.run(async () => variable.get()), "default");
    await runner.close();
  });

  it("goes on after a run that failed", async () => {
    const runner = new Runner(collecting([]));
    await assert.rejects(runner.run(() => Promise.reject(new Error("bad"))), /bad/);
    assert.equal(await runner.run(() => sleep(1, "good")), "good");
    await runner.close();
  });

  it("keeps tasks between runs", async () => {
    const runner = new Runner(collecting([]));
    const log: string[] = [];
    await runner.run(async () => {
      createTask(async () => {
        await sleep(10);
        log.push("slept");
      });
    });
    assert.deepEqual(log, []);
    await runner.run(() => sleep(20));
    assert.deepEqual(log, ["slept"]);
    await runner.close();
  });

  it("closed twice does nothing more; closed it refuses", async () => {
    for (const use of [true, false]) {
      const runner = new Runner(collecting([]));
      if (use) await runner.run(() => sleep(1));
      await runner.close();
      await runner.close();
      await runner[Symbol.asyncDispose]();
      await assert.rejects(runner.run(() => sleep(1)), { name: "RuntimeError", message: "Runner is closed" });
      assert.throws(() => runner.getLoop(), { name: "RuntimeError", message: "Runner is closed" });
    }
  });

  it("is closed by asyncDispose", async () => {
    const runner = new Runner(collecting([]));
    const loop = runner.getLoop();
    await runner[Symbol.asyncDispose]();
    assert.equal(loop.isClosed(), true);
  });

  it("refuses to run inside a running loop, and two mains at once", async () => {
    const runner = new Runner(collecting([]));
    const first = runner.run(async () => {
      await assert.rejects(async () => await runner.run(() => sleep(1)), RuntimeErrorNamed);
      await sleep(1);
    });
    await assert.rejects(runner.run(() => sleep(1)), RuntimeErrorNamed);
    await first;
    await runner.close();
  });

  it("that is refused a second main leaves nothing of it behind", async () => {
    const reports: ExceptionContext[] = [];
    const runner = new Runner(collecting(reports));
    let ran = false;
    const first = runner.run(() => sleep(10));
    await assert.rejects(
      runner.run(async () => {
        ran = true;
      }),
      RuntimeErrorNamed,
    );
    await first;
    await runner.close();
    assert.equal(ran, false);
    assert.deepEqual(reports, []);
  });

  it("closes the loop even when closing its tasks goes wrong", async () => {
    const runner = new Runner(collecting([]));
    const loop = runner.getLoop();
    await runner.run(async () => {
      createTask(async () => {
        try {
          await sleep(1e6);
        } finally {
          loop.stop();
          await sleep(10);
        }
      });
      await sleep(1);
    });
    await assert.rejects(runner.close(), RuntimeErrorNamed);
    assert.equal(loop.isClosed(), true);
  });
});

const RuntimeErrorNamed = { name: "RuntimeError" };
