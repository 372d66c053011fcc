// What the declarations of the package have to give. Checked strictly, without skipping libraries, in a project that knows no host.
import {
  type Awaitable,
  CancelledError,
  createTask,
  type EventLoop,
  type Future,
  gather,
  getRunningLoop,
  run,
  sleep,
  type Task,
} from "tsyncio";
import { coroutine, multi } from "tsyncio/gen";

function* half(value: number) {
  yield* sleep(1);
  return value / 2;
}

export const results: Promise<[number, string]> = run(async () => {
  const task: Task<number> = createTask(half(4), { name: "half" });
  const text: Awaitable<string> = sleep(1, "text");
  const both: Future<[number, string]> = gather([task, text]);
  const loop: EventLoop = getRunningLoop();
  loop.callSoon((a: number, b: string) => [a, b], 1, "b");
  return await both;
});

export async function waits(promise: Promise<number>): Promise<number> {
  return await promise;
}

declare module "tsyncio/gen" {
  interface YieldableTypes {
    date: Date;
  }
}
export const several: Future<{ x: number; y: [string] }> = multi({ x: half(4), y: [sleep(1, "text")] });
export const registered: Future<[unknown]> = multi([new Date()]);
export const square: (n: number) => Future<number> = coroutine(function* (n: number) {
  yield [sleep(1)];
  return n * n;
});

export const structurally: Promise<number> = waits(sleep(1, 2));
export const code: "CANCELLED" = new CancelledError("enough").code;

// @ts-expect-error a promise is running already: nothing can be made a task of it
createTask(Promise.resolve(1));
// @ts-expect-error delays are numbers
sleep("1");
