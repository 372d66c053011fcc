import { createTask, Queue, QueueShutDown, run, sleep, wait } from "tsyncio";

/** `shutdown` wakes blocked getters and putters, which then get QueueShutDown. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* getter(name: string, q: Queue<string>) {
    try {
      emit(name, yield* q.get());
    } catch (error) {
      if (!(error instanceof QueueShutDown)) throw error;
      emit(name, "QueueShutDown");
    }
  }

  function* putter(name: string, q: Queue<string>) {
    try {
      yield* q.put(name);
      emit(name, "put");
    } catch (error) {
      if (!(error instanceof QueueShutDown)) throw error;
      emit(name, "QueueShutDown");
    }
  }

  function* program() {
    const empty = new Queue<string>();
    const full = new Queue<string>(1);
    full.putNowait("item");
    const getters = ["g1", "g2"].map((name) => createTask(() => getter(name, empty)));
    const putters = ["p1", "p2"].map((name) => createTask(() => putter(name, full)));
    yield* sleep(10);
    empty.shutdown();
    full.shutdown();
    emit("shut down");
    yield* wait([...getters, ...putters]);
    emit("left:", full.getNowait());
  }

  await run(program);
}
