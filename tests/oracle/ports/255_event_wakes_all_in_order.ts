import { createTask, Event, getRunningLoop, run, sleep, wait } from "tsyncio";

/** `set` wakes every waiter in waiting order; later waits return at once without giving up the turn. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* waiter(i: number, event: Event) {
    emit("w", i, "waits");
    emit("w", i, "woke", yield* event.wait());
  }

  function* program() {
    const event = new Event();
    const tasks = [0, 1, 2].map((i) => createTask(() => waiter(i, event)));
    yield* sleep(0);
    emit("set:", event.isSet());
    event.set();
    emit("set:", event.isSet());
    yield* wait(tasks);
    getRunningLoop().callSoon(emit, "callback");
    emit("immediate:", yield* event.wait());
    event.clear();
    emit("set:", event.isSet());
    yield* sleep(0);
  }

  await run(program);
}
