/**
 * Random schedules: what several tasks do with a primitive while they are cancelled, time out and are let run in an order that a seed decides. A
 * schedule that fails tells its seed, with which it can be repeated. Half of the schedules run what is ready in the order of `callSoon`, the others in one
 * that the seed decides too.
 */

import { createTask, getRunningLoop, sleep, type Task, timeout, TimeoutError, wait as waitForAll } from "../../mod.ts";
import type { VirtualRuntime } from "../../src/testing/mod.ts";
import { type Colour, COLOURS, type Steps, wait } from "./colours.ts";
import { runVirtual } from "./loop.ts";
import { assert, it, stress, underStress } from "./mod.ts";

/** How many schedules of each primitive there are, both colours together. */
const SCHEDULES = Math.max(2000, underStress ? stress(20_000) : 0);

/** Numbers that a seed decides. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2654435761 + 1;
  }

  /** An integer from 0 to `below` - 1. */
  int(below: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * below);
  }

  /** True once in `n` times. */
  once(n: number): boolean {
    return this.int(n) === 0;
  }
}

/** What one schedule is made with. */
export class Schedule {
  readonly random: Random;
  readonly tasks: Task<unknown>[] = [];
  readonly body: Colour["body"];
  /** Whether what is ready runs first come, first served. */
  readonly inOrder: boolean;

  constructor(seed: number, body: Colour["body"]) {
    this.random = new Random(seed);
    this.body = body;
    this.inOrder = seed % 4 < 2; // the seeds of one colour are all even or all odd
    (getRunningLoop()._runtime as object as VirtualRuntime)._orderBy(this.inOrder ? undefined : seed);
  }

  /** Starts a task, which `disturb` may cancel. */
  spawn(steps: () => Steps<unknown>): void {
    this.tasks.push(createTask(this.body(steps)));
  }

  /** Gives up a few turns, or none; sometimes lets time pass. */
  *pass(): Steps<void> {
    if (this.random.once(8)) yield* wait(sleep(1));
    else for (let turns = this.random.int(3); turns > 0; turns--) yield* wait(sleep(0));
  }

  /** Runs `steps`, sometimes within a limit of time that may be over before they are; whether they came to their end. */
  *within(steps: () => Steps<unknown>): Steps<boolean> {
    if (!this.random.once(4)) {
      yield* steps();
      return true;
    }
    try {
      yield* wait(timeout(this.random.int(3), this.body(steps)));
      return true;
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      return false;
    }
  }

  /** Lets the tasks run, cancels some, and waits for their ends: each ends with a result or cancelled, and none waits for ever. */
  *disturb(): Steps<void> {
    for (let round = this.random.int(8); round > 0; round--) {
      yield* this.pass();
      const victim = this.tasks[this.random.int(this.tasks.length * 2)];
      if (victim !== undefined) victim.cancel();
    }
    yield* this.settle();
  }

  /** Waits for the ends of all tasks. */
  *settle(): Steps<void> {
    const [done, pending] = yield* wait(waitForAll(this.tasks, { timeout: 100_000 }));
    for (const task of pending) task.cancel();
    for (const task of done) if (!task.cancelled()) task.result();
    assert.equal(pending.size, 0, "tasks wait for ever: a wake-up was lost");
  }
}

/** Registers a case for each colour that runs many schedules, one after the other. */
export function schedules(name: string, steps: (schedule: Schedule) => Steps<void>): void {
  COLOURS.forEach((colour, offset) => {
    const main = colour.body(function* () {
      for (let seed = offset; seed < SCHEDULES; seed += COLOURS.length) {
        try {
          yield* steps(new Schedule(seed, colour.body));
        } catch (error) {
          throw new Error(`the schedule of seed ${seed} failed`, { cause: error });
        }
      }
    });
    it(`${name} (${colour.name})`, () => runVirtual(main));
  });
}

/**
 * Those who wait, in order: nobody who is served may have been overtaken. Who is cancelled while waiting may have been. Where several can be
 * served in one turn, and what is ready does not run in order, nothing can be said.
 */
export class Line {
  readonly #strict: boolean;
  #lastServed = -1;
  #next = 0;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** Runs `steps`, which wait to be served. */
  *through<T>(steps: () => Steps<T>): Steps<T> {
    const ticket = this.#next++;
    const value = yield* steps();
    assert.ok(!this.#strict || ticket > this.#lastServed, "somebody was overtaken");
    this.#lastServed = ticket;
    return value;
  }
}
