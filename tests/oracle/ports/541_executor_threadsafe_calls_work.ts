// A function of one thread is called in another by its name: `event` is that of this module on the main thread.
import { type CoroutineGenerator, Event, moduleFunctions, runCoroutineThreadsafe, sleep } from "tsyncio";

export const event: Event = new Event();

export function* double(n: number): CoroutineGenerator<number> {
  yield* sleep(10);
  if (n < 0) throw new RangeError("negative");
  return 2 * n;
}

export function setEvent(): void {
  event.set();
}

interface OnTheLoop {
  double(n: number): number;
  setEvent(): void;
}

const there = moduleFunctions<OnTheLoop>(import.meta.url);

export function elsewhere(): [number, RangeError | null] {
  const value = runCoroutineThreadsafe(there.double, 21).result(5000);
  let error: RangeError | null = null;
  try {
    runCoroutineThreadsafe(there.double, -1).result(5000);
  } catch (reason) {
    if (!(reason instanceof RangeError)) throw reason;
    error = reason;
  }
  runCoroutineThreadsafe(there.setEvent);
  return [value, error];
}
