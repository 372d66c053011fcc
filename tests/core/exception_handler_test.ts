import { EventLoop, type ExceptionContext, newEventLoop, sleep, type Task } from "../../mod.ts";
import { VirtualRuntime } from "../../src/testing/mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Replaces `console.error` while `body` runs; gives what was written, one entry a call. */
async function consoleErrors(body: () => Promise<unknown> | unknown): Promise<unknown[][]> {
  const original = console.error;
  const written: unknown[][] = [];
  console.error = (...args: unknown[]) => void written.push(args);
  try {
    await body();
  } finally {
    console.error = original;
  }
  return written;
}

/** Runs `body` on a loop in virtual time. */
async function onLoop(body: (loop: EventLoop) => void, loop: EventLoop = newEventLoop({ runtime: new VirtualRuntime() })): Promise<void> {
  await loop.runUntilComplete(async () => {
    body(loop);
    await sleep(1);
  });
  loop.close();
}

describe("The exception handler", () => {
  it("is called with the loop and the context", async () => {
    const told: unknown[] = [];
    const context: ExceptionContext = { message: "something", extra: 1 };
    await onLoop((loop) => {
      assert.equal(loop.getExceptionHandler(), null);
      const handler = (...args: unknown[]): void => void told.push(args);
      loop.setExceptionHandler(handler);
      assert.equal(loop.getExceptionHandler(), handler);
      loop.callExceptionHandler(context);
      assert.deepEqual(told, [[loop, context]]);
      loop.setExceptionHandler(null);
      assert.equal(loop.getExceptionHandler(), null);
    });
  });

  it("must be a function or null", () => {
    const loop = newEventLoop();
    for (const value of [7, "text", {}, undefined]) assert.throws(() => loop.setExceptionHandler(value as unknown as null), TypeError);
    loop.close();
  });

  it("that throws: the default handler is told of its error and of the context", async () => {
    const error = new Error("the handler fails");
    const context = { message: "first" };
    const seen: ExceptionContext[] = [];
    class Watched extends EventLoop {
      override defaultExceptionHandler(context: ExceptionContext): void {
        seen.push(context);
      }
    }
    await onLoop((loop) => {
      loop.setExceptionHandler(() => {
        throw error;
      });
      loop.callExceptionHandler(context);
    }, new Watched({ runtime: new VirtualRuntime() }));
    assert.deepEqual(seen, [{ message: "Unhandled error in exception handler", exception: error, context }]);
  });

  it("that is missing: the default one is called as a method, so that a subclass may override it", async () => {
    const seen: ExceptionContext[] = [];
    class Watched extends EventLoop {
      override defaultExceptionHandler(context: ExceptionContext): void {
        seen.push(context);
      }
    }
    await onLoop((loop) => {
      loop.callSoon(() => {
        throw new Error("bad");
      });
    }, new Watched({ runtime: new VirtualRuntime() }));
    assert.deepEqual(seen.map((context) => String(context.exception)), ["Error: bad"]);
  });

  it("a default handler that throws does not stop the loop", async () => {
    class Failing extends EventLoop {
      override defaultExceptionHandler(): void {
        throw new Error("even that fails");
      }
    }
    const written = await consoleErrors(() =>
      onLoop((loop) => {
        loop.callSoon(() => {
          throw new Error("bad");
        });
      }, new Failing({ runtime: new VirtualRuntime() }))
    );
    assert.equal(written.length, 1);
    assert.match(String(written[0]![1]), /even that fails/);
  });
});

describe("The default exception handler", () => {
  it("writes one report to console.error, a line for each field, and the error", async () => {
    const error = new Error("bad");
    let loser: Task<unknown>; // held, for the report tells of a task only while it is there
    const written = await consoleErrors(() =>
      onLoop((loop) => {
        loser = loop.createTask(
          async () => {
            throw error;
          },
          { name: "loser" },
        );
        loop.defaultExceptionHandler({ message: "told by hand", zeta: 1, alpha: "two" });
      })
    );
    assert.deepEqual(written[0], ["told by hand\nalpha: two\nzeta: 1"]);
    assert.equal(written.length, 2);
    assert.match(
      written[1]![0] as string,
      /^Task exception was never retrieved\ntask: <Task finished exception=Error\(bad\) name='loser'>$/,
    );
    assert.equal(written[1]![1], error);
    assert.equal(loser!.done(), true);
  });

  it("has a text where the context has none", async () => {
    const written = await consoleErrors(() => onLoop((loop) => loop.callExceptionHandler({ message: "" })));
    assert.deepEqual(written, [["Unhandled exception in event loop"]]);
  });
});
