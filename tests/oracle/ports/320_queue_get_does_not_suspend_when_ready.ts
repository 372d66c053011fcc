import { gather, Queue, run, sleep } from "tsyncio";

/** `get` and `put` that can proceed at once do not give up the turn. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* producer(q: Queue<[number, number]>) {
    for (let burst = 0; burst < 2; burst++) {
      for (let n = 0; n < 5; n++) yield* q.put([burst, n]);
      emit("burst", burst, "queued");
      yield* sleep(0);
    }
  }

  function* consumer(q: Queue<[number, number]>) {
    for (let i = 0; i < 10; i++) emit("took", yield* q.get());
  }

  function* program() {
    const q = new Queue<[number, number]>();
    yield* gather([() => producer(q), () => consumer(q)]);
  }

  await run(program);
}
