import { type CoroutineGenerator, Queue, QueueShutDown, run } from "tsyncio";

/** `shutdown`: puts fail at once, gets go on until the queue is empty, then fail as well. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* attempt(label: string, call: () => CoroutineGenerator<unknown>) {
    try {
      emit(label, yield* call());
    } catch (error) {
      if (!(error instanceof QueueShutDown)) throw error;
      emit(label, QueueShutDown);
    }
  }

  function* program() {
    const q = new Queue<string>();
    q.putNowait("a");
    q.putNowait("b");
    q.shutdown();
    yield* attempt("put", function* () {
      yield* q.put("c");
    });
    yield* attempt("put_nowait", function* () {
      q.putNowait("c");
    });
    for (let i = 0; i < 2; i++) {
      yield* attempt("get", function* () {
        return yield* q.get();
      });
      yield* attempt("get_nowait", function* () {
        return q.getNowait();
      });
    }
    q.taskDone();
    q.taskDone();
    yield* q.join();
    emit("join returns after the work is marked done");
    q.shutdown();
    emit("shutting down twice is fine");
  }

  await run(program);
}
