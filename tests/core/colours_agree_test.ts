/**
 * Random programs of tasks, scopes and cancellations take the same course as generators and as async functions. Each case says its seed, with which it can be
 * repeated.
 */

import {
  type Body,
  createTask,
  currentTask,
  type EventLoop,
  ExceptionGroup,
  Future,
  gather,
  isCancelled,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  wait as waitForAll,
  waitFor,
} from "../../mod.ts";
import { type Colour, COLOURS, type Steps, wait } from "../_kit/colours.ts";
import { reportsOf } from "../_kit/loop.ts";
import { assert, describe, it, stress } from "../_kit/mod.ts";

const PROGRAMS = stress(2000);
const FUTURES = 4;

/** What the steps of one run share. */
interface World {
  readonly loop: EventLoop;
  readonly body: Colour["body"];
  readonly futures: readonly Future<string>[];
  readonly tasks: Task<unknown>[];
  readonly log: string[];
}

/** Where a step stands: its name, and the number of its task, so that tasks wait only for older ones and never in a circle. */
interface Place {
  readonly name: string;
  readonly task: number;
}

/** A step of a program; made once, and run in each colour. */
type Step = (world: World, place: Place) => Steps<unknown>;

class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2654435761 + 1;
  }

  /** An integer from 0 to `below` - 1. */
  int(below: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * below);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)]!;
  }
}

/** A step without parts. */
function simple(random: Random): Step {
  const [delay, slot, text] = [random.pick([0, 0, 1, 2, 3, 5, 10]), random.int(7), `x${random.int(100)}`];
  const future = (world: World): Future<string> => world.futures[slot % FUTURES]!;
  const older = ({ tasks }: World, { task }: Place): Task<unknown>[] => slot < Math.min(task, tasks.length) ? [tasks[slot]!] : [];
  const steps: Step[] = [
    () => wait(sleep(delay)),
    () => wait(sleep(delay)),
    (world) => wait(future(world)),
    (world) => wait(waitFor(future(world), delay)),
    now((world) => future(world).done() || future(world).setResult(text)),
    now((world) => future(world).done() || future(world).setException(new Error(text))),
    now((world) => future(world).cancel(text)),
    now(({ tasks }) => tasks[slot]?.cancel(text)),
    now(({ tasks }) => tasks[slot]?.cancel(text)),
    now(() => currentTask()!.cancel(text)),
    now(() => currentTask()!.uncancel()),
    now(({ loop, log }) => void loop.callSoon(() => log.push(`${text} soon`))),
    now(({ loop, log }) => void loop.callLater(delay, () => log.push(`${text} later`))),
    now(() => {
      throw new Error(text);
    }),
    function* (world, place) {
      for (const task of older(world, place)) yield* wait(task);
    },
    function* (world, place) {
      for (const task of older(world, place)) yield* wait(shield(task));
    },
    function* (world, place) {
      for (const task of older(world, place)) yield* wait(waitFor(task, delay));
    },
    function* (world, place) {
      for (const task of older(world, place)) yield* wait(waitForAll([task], { timeout: delay }));
    },
  ];
  return random.pick(steps);
}

/** A step that waits for nothing. */
function now(act: (world: World) => unknown): Step {
  return function* (world) {
    return act(world);
  };
}

/** A step with parts. */
function compound(random: Random, depth: number): Step {
  const part = (): Step => sequence(random, depth - 1);
  const [first, second, delay, exceptions] = [part(), part(), random.pick([0, 1, 3, 8, null]), random.int(2) === 0];
  const run = (step: Step, { body, ...world }: World, place: Place, suffix: string) =>
    body(() => step({ body, ...world }, { ...place, name: place.name + suffix }));
  const steps: Step[] = [
    (world, place) => wait(timeout(delay, run(first, world, place, "t"))),
    (world, place) => wait(waitFor(run(first, world, place, "w"), delay)),
    (world, place) => wait(run(first, world, place, "c")()),
    (world, place) => wait(shield(run(first, world, place, "s"))),
    (world, place) => wait(gather([run(first, world, place, "g"), run(second, world, place, "h")], { returnExceptions: exceptions })),
    now(() => {}),
    (world, place) => inGroup(world, run(first, world, place, "G"), run(second, world, place, "H"), delay),
    (world, place) => inGroup(world, run(first, world, place, "G"), run(second, world, place, "H"), null),
    function* (world, place) {
      try {
        yield* wait(run(first, world, place, "b")());
      } finally {
        yield* wait(run(second, world, place, "f")());
      }
    },
    function* (world, place) {
      try {
        yield* wait(run(first, world, place, "b")());
      } catch (error) {
        yield* wait(run(second, world, place, "e")());
        if (exceptions) throw error;
      }
    },
  ];
  steps[5] = function* ({ tasks, ...world }, place) {
    tasks.push(createTask(run(first, { tasks, ...world }, { ...place, task: tasks.length }, `n${tasks.length}`)));
  };
  return random.pick(steps);
}

/** A group with a task, which is ended after a while if `delay` says so. */
function* inGroup({ loop, body }: World, main: () => Body<unknown>, child: () => Body<unknown>, delay: number | null): Steps<unknown> {
  const group = new TaskGroup();
  if (delay !== null) loop.callLater(delay, () => group.cancel());
  return yield* wait(group.run(body(function* () {
    group.createTask(child);
    return yield* wait(main());
  })));
}

/** A few steps one after the other, each with a line in the log. */
function sequence(random: Random, depth: number): Step {
  const steps = Array.from({ length: 1 + random.int(4) }, () => depth > 0 && random.int(5) < 2 ? compound(random, depth) : simple(random));
  return function* (world, place) {
    for (const [index, step] of steps.entries()) {
      const name = `${place.name}.${index}`;
      try {
        note(world, name, inShort(yield* step(world, { ...place, name })));
      } catch (error) {
        note(world, name, `threw ${inShort(error)}`);
        throw error;
      }
    }
  };
}

function note({ loop, log }: World, name: string, text: string): void {
  log.push(`${loop.time()} ${name} ${text} ${currentTask()!.cancelling()}`);
}

function inShort(value: unknown): string {
  if (Array.isArray(value)) return value.map(inShort).join("/");
  if (isCancelled(value)) return "CancelledError"; // which of two messages is told may differ
  if (value instanceof ExceptionGroup) return `ExceptionGroup ${value.errors.map(inShort).join("+")}`;
  return value instanceof Error ? `${value.name} ${value.message}` : typeof value === "object" && value !== null ? "object" : String(value);
}

/** Runs the program of `seed` in one colour; gives its log. */
async function courseOf(seed: number, { body }: Colour): Promise<string[]> {
  const random = new Random(seed);
  const mains = Array.from({ length: 1 + random.int(4) }, () => sequence(random, 1 + random.int(3)));
  const log: string[] = [];
  await reportsOf((loop) => {
    const futures = Array.from({ length: FUTURES }, () => new Future<string>());
    const world: World = { loop, body, futures, tasks: [], log };
    return body(function* () {
      for (const [task, main] of mains.entries()) world.tasks.push(createTask(body(() => main(world, { name: `m${task}`, task }))));
      for (let round = 0; round < 6; round++) {
        yield* wait(sleep(50));
        for (const task of world.tasks) task.cancel();
      }
      for (const future of futures) future.cancel(); // what swallows cancellations waits for nothing else
      yield* wait(sleep(50));
      for (const [index, task] of world.tasks.entries()) log.push(`task ${index}: ${task.done()} ${task.cancelled()} ${task.cancelling()}`);
    })();
  });
  return log;
}

describe("Generators and async functions", () => {
  const chunk = 100;
  for (let first = 0; first < PROGRAMS; first += chunk) {
    it(`take the same course: programs ${first} to ${first + chunk - 1}`, async () => {
      for (let seed = first; seed < first + chunk; seed++) {
        const [generator, async] = [await courseOf(seed, COLOURS[0]!), await courseOf(seed, COLOURS[1]!)];
        assert.deepEqual(async, generator, `program ${seed}`);
      }
    });
  }
});
