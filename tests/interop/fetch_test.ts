/** `fetch` with `currentSignal()`: cancelling the task ends the request. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createTask, currentSignal, gather, isCancelled, sleep, timeout, TimeoutError } from "../../mod.ts";
import { COLOURS, wait } from "../_kit/colours.ts";
import { runHost } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { until } from "../../mod.ts";

interface Fixture {
  readonly url: string;
  /** Resolves when a request has come; again for the next one. */
  requested(): Promise<void>;
  /** Resolves when the client of a request that is not answered has gone. */
  gone(): Promise<void>;
}

/** A server on loopback that answers "/quick" at once, "/body" with the beginning of a body, and "/never" not at all. */
async function withServer(body: (fixture: Fixture) => Promise<void>): Promise<void> {
  let requested = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on("close", () => gone.resolve());
    requested.resolve();
    if (request.url === "/quick") response.end("quick");
    else if (request.url === "/body") response.write("the beginning");
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const next = async (): Promise<void> => {
    await requested.promise;
    requested = Promise.withResolvers();
  };
  try {
    await body({ url: `http://127.0.0.1:${port}`, requested: next, gone: () => gone.promise });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("fetch with currentSignal()", () => {
  it("gives the response when nobody cancels", () =>
    withServer(({ url }) =>
      runHost(async () => {
        const task = createTask(async () => {
          const response = await fetch(`${url}/quick`, { signal: currentSignal() });
          return await response.text();
        });
        assert.equal(await task, "quick");
      })
    ));

  it(
    "is ended when the task is cancelled, and the server sees the client go",
    () =>
      withServer(({ url, requested, gone }) =>
        runHost(async () => {
          const log: string[] = [];
          const task = createTask(async () => {
            try {
              await fetch(`${url}/never`, { signal: currentSignal() });
            } catch (error) {
              log.push(isCancelled(error) ? "CancelledError" : String(error));
              throw error;
            } finally {
              await sleep(1);
              log.push("cleaned up");
            }
          });
          await until(requested());
          task.cancel("stop");
          await assert.rejects(async () => await task, (error) => isCancelled(error) && error.message === "stop");
          await until(gone());
          assert.equal(task.cancelled(), true);
          assert.deepEqual(log, ["CancelledError", "cleaned up"]);
        })
      ),
    { sanitize: false },
  );

  it("is ended while the body is read", () =>
    withServer(({ url, gone }) =>
      runHost(async () => {
        let reading = (): void => {};
        const begun = new Promise<void>((resolve) => reading = resolve);
        const task = createTask(async () => {
          const response = await fetch(`${url}/body`, { signal: currentSignal() });
          const reader = response.body!.getReader();
          await reader.read();
          reading();
          await reader.read();
        });
        await until(begun);
        task.cancel();
        await assert.rejects(async () => await task);
        await until(gone());
        assert.equal(task.done(), true);
      })
    ));

  it("is ended by a timeout around it", () =>
    withServer(({ url, gone }) =>
      runHost(async () => {
        await assert.rejects(
          async () =>
            await timeout(30, async () => {
              await fetch(`${url}/never`, { signal: currentSignal() });
            }),
          TimeoutError,
        );
        await until(gone());
        assert.equal(await sleep(1, "the task goes on"), "the task goes on");
      })
    ));

  it("several at once are all ended", () =>
    withServer(({ url, requested }) =>
      runHost(async () => {
        const outcomes: string[] = [];
        const task = createTask(async () => {
          await Promise.all([1, 2, 3].map(async () => {
            try {
              await fetch(`${url}/never`, { signal: currentSignal() });
            } catch (error) {
              outcomes.push((error as Error).name);
              throw error;
            }
          }));
        });
        await until(requested());
        task.cancel();
        await gather([task], { returnExceptions: true });
        await sleep(1);
        assert.equal(task.cancelled(), true);
        assert.deepEqual(outcomes, ["CancelledError", "CancelledError", "CancelledError"]);
      })
    ));

  for (const { name, body } of COLOURS) {
    it(`inside until() in a task (${name})`, () =>
      withServer(({ url, requested, gone }) =>
        runHost(async () => {
          const task = createTask(body(function* () {
            yield* wait(until(fetch(`${url}/never`, { signal: currentSignal() })));
          }));
          await until(requested());
          task.cancel();
          await assert.rejects(async () => await task, isCancelled);
          await until(gone());
          assert.equal(task.cancelled(), true);
        })
      ));
  }

  it("of an ended task leaves a response that came before alone", () =>
    withServer(({ url }) =>
      runHost(async () => {
        const response = await createTask(async () => await fetch(`${url}/quick`, { signal: currentSignal() }));
        assert.equal(await response.text(), "quick");
      })
    ));

  // On some hosts the request is ended by another thread: the rejection comes some milliseconds after the abort.
  it("is one cancellation though the rejection takes its time: the clean-up is not disturbed", () =>
    runHost(async () => {
      const log: string[] = [];
      const task = createTask(async () => {
        const signal = currentSignal();
        try {
          await new Promise((_resolve, reject) => signal.addEventListener("abort", () => setTimeout(() => reject(signal.reason), 15)));
        } finally {
          await sleep(1);
          log.push("cleaned up");
        }
      });
      await sleep(1);
      task.cancel();
      await assert.rejects(async () => await task, isCancelled);
      assert.deepEqual(log, ["cleaned up"]);
    }));
});
