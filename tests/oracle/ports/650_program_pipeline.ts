import { Queue, run, sleep, taskGroup } from "tsyncio";

const END = Symbol("end");

type Item = number | typeof END;

/** A three-stage pipeline over bounded queues, ended by a sentinel, with backpressure. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* numbers(out: Queue<Item>) {
    for (let n = 0; n < 8; n++) yield* out.put(n);
    yield* out.put(END);
  }

  function* odd(source: Queue<Item>, out: Queue<Item>) {
    for (let n = yield* source.get(); n !== END; n = yield* source.get()) {
      if (n % 2 !== 0) yield* out.put(n);
    }
    yield* out.put(END);
  }

  function* square(source: Queue<Item>, results: number[], other: Queue<Item>, peaks: number[]) {
    for (let n = yield* source.get(); n !== END; n = yield* source.get()) {
      peaks.push(Math.max(source.qsize(), other.qsize()));
      yield* sleep(2);
      results.push(n * n);
    }
  }

  function* program() {
    const a = new Queue<Item>(2);
    const b = new Queue<Item>(1);
    const results: number[] = [];
    const peaks: number[] = [];
    yield* taskGroup(function* (group) {
      group.createTask(() => numbers(a));
      group.createTask(() => odd(a, b));
      group.createTask(() => square(b, results, a, peaks));
    });
    emit(results, "bounded:", Math.max(...peaks) <= 2);
  }

  await run(program);
}
