/** What every ContextStorage must do. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { ContextStorage, Steppable } from "../../src/runtime/host.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Where implementations may differ. */
export interface ContextFlags {
  /** Whether `resume()` runs the step before it returns. Without it the step runs in a microtask. */
  readonly stepsAtOnce: boolean;
}

/** The suite. `make` gives a storage. */
export function checkContext(name: string, make: () => ContextStorage, flags: ContextFlags): void {
  checkRun(name, make);
  checkStepper(name, make, flags);
  checkForeign(name, make);
}

/** A store that records what is current in each of its steps. */
class Probe implements Steppable {
  scope: unknown = null;
  entered = false;
  readonly seen: (object | undefined)[] = [];
  readonly #storage: ContextStorage;
  readonly #body: () => void;

  constructor(storage: ContextStorage, body: () => void = () => {}) {
    this.#storage = storage;
    this.#body = body;
  }

  step(): boolean {
    this.seen.push(this.#storage.current());
    this.#body();
    return true;
  }
}

/** Captures the context that is current here for `target`; gives what runs its steps. */
function stepperOf(storage: ContextStorage, target: Steppable): { resume(): boolean } {
  storage.capture(target);
  return { resume: () => storage.resume(target) };
}

/** Past the microtasks that are queued now, and those that they queue. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function checkRun(name: string, make: () => ContextStorage): void {
  describe(`${name}: run`, () => {
    it("has no store outside", () => {
      assert.equal(make().current(), undefined);
    });

    it("gives the store to the body, and what the body returns", () => {
      const storage = make();
      const store = {};
      assert.equal(storage.run(store, () => storage.current()), store);
      assert.equal(storage.current(), undefined);
    });

    it("nests, and restores the outer store after a throw", () => {
      const storage = make();
      const outer = {};
      storage.run(outer, () => {
        assert.throws(() =>
          storage.run({}, () => {
            throw new RangeError("thrown");
          }), RangeError);
        assert.equal(storage.current(), outer);
      });
    });

    it("keeps the store in an async function, whatever it awaits", async () => {
      const storage = make();
      const store = {};
      const seen = await storage.run(store, async () => {
        const seen = [storage.current()];
        await null;
        seen.push(storage.current());
        await nextTurn();
        seen.push(storage.current());
        await { then: (resolve: (value: null) => void) => void (seen.push(storage.current()), resolve(null)) };
        seen.push(storage.current());
        return seen;
      });
      assert.deepEqual(seen.map((one) => one === store), [true, true, true, true, true]);
      assert.equal(storage.current(), undefined);
    });

    it("keeps the store in timers, immediates, microtasks and promise callbacks", async () => {
      const storage = make();
      const store = {};
      const seen: (object | undefined)[] = [];
      await storage.run(store, () =>
        Promise.all([
          new Promise<void>((resolve) => setTimeout(() => (seen.push(storage.current()), resolve()), 1)),
          new Promise<void>((resolve) => setImmediate(() => (seen.push(storage.current()), resolve()))),
          new Promise<void>((resolve) => queueMicrotask(() => (seen.push(storage.current()), resolve()))),
          Promise.resolve().then(() => seen.push(storage.current())),
        ]));
      assert.deepEqual(seen.map((one) => one === store), [true, true, true, true]);
    });

    it("is one storage for all that are made on this thread", () => {
      const storage = make();
      const store = {};
      assert.equal(storage.run(store, () => make().current()), store);
    });
  });
}

function checkStepper(name: string, make: () => ContextStorage, flags: ContextFlags): void {
  describe(`${name}: stepper`, () => {
    it(flags.stepsAtOnce ? "steps before resume returns" : "steps in a microtask after resume has returned", async () => {
      const storage = make();
      const probe = new Probe(storage);
      const stepper = stepperOf(storage, probe);
      for (const steps of [1, 2, 3]) {
        assert.equal(stepper.resume(), flags.stepsAtOnce);
        assert.equal(probe.seen.length, flags.stepsAtOnce ? steps : steps - 1);
        await Promise.resolve();
        assert.equal(probe.seen.length, steps);
      }
      assert.ok(probe.seen.every((one) => one === probe));
    });

    it("does not step before it is resumed", async () => {
      const storage = make();
      const probe = new Probe(storage);
      stepperOf(storage, probe);
      await nextTurn();
      assert.deepEqual(probe.seen, []);
    });

    it("leaves the context of the one who resumes as it was", async () => {
      const storage = make();
      const outer = {};
      await storage.run(outer, async () => {
        const stepper = stepperOf(storage, new Probe(storage));
        assert.equal(storage.current(), outer);
        stepper.resume();
        assert.equal(storage.current(), outer);
        await nextTurn();
        assert.equal(storage.current(), outer);
      });
      assert.equal(storage.current(), undefined);
    });

    it("leaves no store behind for events of the host", async () => {
      const storage = make();
      const seen: (object | undefined)[] = [];
      const event = new Promise<void>((resolve) => setTimeout(() => (seen.push(storage.current()), resolve()), 1));
      const stepper = stepperOf(storage, new Probe(storage));
      for (let i = 0; i < 3; i++) {
        stepper.resume();
        await Promise.resolve();
        queueMicrotask(() => seen.push(storage.current()));
      }
      await event;
      assert.deepEqual(seen, [undefined, undefined, undefined, undefined]);
    });

    it("takes its target as the store even where another is current, at its making and at a resume", async () => {
      const storage = make();
      const probe = new Probe(storage);
      const stepper = storage.run({}, () => stepperOf(storage, probe));
      storage.run({}, () => stepper.resume());
      await nextTurn();
      stepper.resume();
      await nextTurn();
      assert.deepEqual(probe.seen.map((one) => one === probe), [true, true]);
    });

    it("gives its target to async functions that its steps start", async () => {
      const storage = make();
      const seen: (object | undefined)[] = [];
      const helper = async (): Promise<void> => {
        await nextTurn();
        seen.push(storage.current());
        await null;
        seen.push(storage.current());
      };
      let helping = Promise.resolve();
      const probe = new Probe(storage, () => helping = helper());
      const stepper = stepperOf(storage, probe);
      for (let i = 0; i < 2; i++) {
        stepper.resume();
        await Promise.resolve();
        await helping;
      }
      assert.deepEqual(seen.map((one) => one === probe), [true, true, true, true]);
    });

    it("keeps a thousand targets apart, in the order of their resumes", async () => {
      const storage = make();
      const order: number[] = [];
      const probes: Probe[] = Array.from({ length: 1000 }, (_, i) => new Probe(storage, () => order.push(i)));
      const steppers = probes.map((probe) => stepperOf(storage, probe));
      for (let round = 0; round < 3; round++) {
        for (const stepper of steppers) stepper.resume();
        await Promise.resolve();
      }
      assert.ok(probes.every((probe) => probe.seen.length === 3 && probe.seen.every((one) => one === probe)));
      assert.deepEqual(order, [0, 1, 2].flatMap(() => probes.map((_, i) => i)));
    });

    it("resumes others from inside a step, as the drain of a loop does", async () => {
      const storage = make();
      const inner = new Probe(storage);
      const innerStepper = stepperOf(storage, inner);
      const after: (object | undefined)[] = [];
      const outer: Probe = new Probe(storage, () => {
        innerStepper.resume();
        after.push(storage.current());
      });
      const outerStepper = stepperOf(storage, outer);
      for (let i = 0; i < 2; i++) {
        outerStepper.resume();
        await nextTurn();
      }
      assert.deepEqual(inner.seen.map((one) => one === inner), [true, true]);
      assert.deepEqual(after.map((one) => one === outer), [true, true]);
    });

    it("can be made inside the step of another", async () => {
      const storage = make();
      const child = new Probe(storage);
      const parent = new Probe(storage, () => stepperOf(storage, child).resume());
      stepperOf(storage, parent).resume();
      await nextTurn();
      assert.deepEqual(child.seen.map((one) => one === child), [true]);
    });
  });
}

function checkForeign(name: string, make: () => ContextStorage): void {
  describe(`${name}: other libraries' stores`, () => {
    it("are those of the place where the stepper was made, in every step and in what the steps start", async () => {
      const storage = make();
      const foreign = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      const probe = new Probe(storage, () => {
        seen.push(foreign.getStore());
        Promise.resolve().then(() => seen.push(foreign.getStore()));
      });
      const stepper = foreign.run("maker", () => stepperOf(storage, probe));
      foreign.run("resumer", () => stepper.resume());
      await nextTurn();
      stepper.resume();
      await nextTurn();
      assert.deepEqual(seen, ["maker", "maker", "maker", "maker"]);
      assert.equal(foreign.getStore(), undefined);
    });

    it("do not leak from one stepper into another", async () => {
      const storage = make();
      const foreign = new AsyncLocalStorage<number>();
      const seen: (number | undefined)[][] = [];
      const steppers = [1, 2, undefined].map((value, i) => {
        const mine: (number | undefined)[] = seen[i] = [];
        const probe = new Probe(storage, () => mine.push(foreign.getStore()));
        return value === undefined ? stepperOf(storage, probe) : foreign.run(value, () => stepperOf(storage, probe));
      });
      for (let round = 0; round < 2; round++) {
        for (const stepper of steppers) stepper.resume();
        await nextTurn();
      }
      assert.deepEqual(seen, [[1, 1], [2, 2], [undefined, undefined]]);
    });

    it("that a step enters are not seen outside it", async () => {
      const storage = make();
      const foreign = new AsyncLocalStorage<string>();
      const stepper = stepperOf(storage, new Probe(storage, () => foreign.enterWith("entered")));
      const other: (string | undefined)[] = [];
      const otherStepper = stepperOf(storage, new Probe(storage, () => other.push(foreign.getStore())));
      for (let i = 0; i < 2; i++) {
        stepper.resume();
        otherStepper.resume();
        assert.equal(foreign.getStore(), undefined);
        await nextTurn();
        assert.equal(foreign.getStore(), undefined);
      }
      assert.deepEqual(other, [undefined, undefined]);
    });

    it("are seen by the body of run, and kept across its awaits", async () => {
      const storage = make();
      const foreign = new AsyncLocalStorage<string>();
      const seen = await foreign.run("maker", () =>
        storage.run({}, async () => {
          const before = foreign.getStore();
          await nextTurn();
          return [before, foreign.getStore()];
        }));
      assert.deepEqual(seen, ["maker", "maker"]);
    });
  });
}
