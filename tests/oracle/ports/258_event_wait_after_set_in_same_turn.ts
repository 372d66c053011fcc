import { createTask, Event, getRunningLoop, run, sleep } from "tsyncio";

/** Waiters are woken a turn after `set`; work queued before them in that turn still runs first. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* waiter(event: Event) {
    yield* event.wait();
    emit("waiter");
    getRunningLoop().callSoon(emit, "queued by waiter");
    yield* sleep(0);
    emit("waiter again");
  }

  function* program() {
    const loop = getRunningLoop();
    const event = new Event();
    const task = createTask(() => waiter(event));
    yield* sleep(0);
    loop.callSoon(emit, "callback");
    event.set();
    emit("set by main");
    yield* task;
  }

  await run(program);
}
