import { Barrier, gather, run } from "tsyncio";

/** A barrier can be used round after round; a quick party cannot lap the slow ones. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* party(name: string, barrier: Barrier, log: [number, string][]) {
    for (let round = 0; round < 3; round++) {
      yield* barrier.wait();
      log.push([round, name]);
    }
  }

  function* program() {
    const barrier = new Barrier(2);
    const log: [number, string][] = [];
    yield* gather([() => party("a", barrier, log), () => party("b", barrier, log)]);
    emit("rounds in order:", log.map(([round]) => round));
    for (let round = 0; round < 3; round++) {
      emit("round", round, log.filter(([of]) => of === round).map(([, name]) => name).sort());
    }
  }

  await run(program);
}
