import { getRunningLoop, run } from "tsyncio";
import { type Arguments, multi, task } from "tsyncio/gen";

type Callback = (...results: unknown[]) => void;

/** Functions with a callback argument are made to fit: its argument, or arguments, become the awaited value. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function fetch(n: number, callback: Callback): void {
    getRunningLoop().callSoon(callback, `item ${n}`);
  }

  function fetchTwo(callback: Callback): void {
    getRunningLoop().callSoon(callback, 1, 2, { key: "named" });
  }

  function ping(callback: Callback): void {
    getRunningLoop().callSoon(callback);
  }

  function* program() {
    emit(yield* task(fetch, 7));
    const { args }: Arguments = yield* task(fetchTwo);
    emit(args.slice(0, 2), args[2]); // keyword arguments are a last object
    emit(yield* task(ping));
    emit(yield* multi([task(fetch, 1), task(fetch, 2)]));
  }

  await run(program);
}
