import { Condition, createTask, run, wait } from "tsyncio";

/** A bounded buffer on one condition: producers wait for room, consumers for items. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const cond = new Condition();
    const buffer: number[] = [];
    const taken: number[] = [];
    let peak = 0;

    function* producer() {
      for (let n = 0; n < 5; n++) {
        yield* cond.run(function* () {
          yield* cond.waitFor(() => buffer.length < 2);
          buffer.push(n);
          peak = Math.max(peak, buffer.length);
          cond.notifyAll();
        });
      }
    }

    function* consumer() {
      for (;;) {
        yield* cond.run(function* () {
          yield* cond.waitFor(() => buffer.length > 0);
          taken.push(buffer.shift() as number);
          cond.notifyAll();
        });
      }
    }

    const consumers = [0, 1].map(() => createTask(() => consumer()));
    yield* producer();
    yield* cond.run(function* () {
      yield* cond.waitFor(() => buffer.length === 0);
    });
    for (const task of consumers) task.cancel();
    yield* wait(consumers);
    emit("taken", taken, "peak", peak);
  }

  await run(program);
}
