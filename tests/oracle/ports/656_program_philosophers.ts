import { gather, Lock, run, sleep, timeout } from "tsyncio";

/** Five dining philosophers with one lock per fork, taken in a fixed order: nobody starves. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const places = [0, 1, 2, 3, 4];
    const forks = places.map(() => new Lock());
    const eating = new Set<number>();
    const meals = places.map(() => 0);
    let clashes = 0;

    function* philosopher(i: number) {
      const [first, second] = [i, (i + 1) % 5].sort((a, b) => a - b) as [number, number];
      for (let meal = 0; meal < 3; meal++) {
        yield* forks[first]!.run(function* () {
          yield* sleep(0);
          yield* forks[second]!.run(function* () {
            if (eating.has((i + 4) % 5) || eating.has((i + 1) % 5)) clashes++;
            eating.add(i);
            yield* sleep(1);
            eating.delete(i);
            meals[i]!++;
          });
        });
      }
    }

    yield* timeout(10_000, function* () {
      yield* gather(places.map((i) => () => philosopher(i)));
    });
    emit("meals", meals, "clashes", clashes);
  }

  await run(program);
}
