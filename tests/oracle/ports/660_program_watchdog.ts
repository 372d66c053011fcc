import { Event, getRunningLoop, run, sleep, Timeout, TimeoutError } from "tsyncio";

/** A watchdog that is fed by rescheduling its timeout, and bites when feeding stops. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const dog = new Timeout(loop.time() + 100);
    try {
      yield* dog.run(function* () {
        for (let n = 0; n < 5; n++) {
          yield* sleep(40);
          dog.reschedule(loop.time() + 100);
          emit("fed", n);
        }
        try {
          yield* new Event().wait();
        } finally {
          emit("interrupted");
        }
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("the dog bites; expired:", dog.expired());
    }
  }

  await run(program);
}
