import process from "node:process";
import {
  Condition,
  createTask,
  Event,
  type ExceptionGroup,
  gather,
  Lock,
  Queue,
  Semaphore,
  sleep,
  type Task,
  taskGroup,
  wait as waitForAll,
} from "../../mod.ts";
import { type Colour, COLOURS, type Steps, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it, stress } from "../_kit/mod.ts";

/** What is done with `n` tasks, in one colour. */
type Work = (n: number, body: Colour["body"]) => Steps<void>;

const MANY = stress(200_000);
/** How much less the other measure has. */
const TIMES = 20;
/**
 * What one task may cost among many, as a multiple of what it costs among few: 1 to 2 were measured, for memory; 4 to 20 with a walk over all
 * waiters, in a loop that does nothing, wherever one leaves.
 */
const GENEROUS = 3;
/** A machine may be busy with something else: the best of so many measures counts. */
const ATTEMPTS = 6;

/** The processor time of one task, in µs: the clock would count what the machine does meanwhile, which the few mostly escape. */
async function measure(n: number, work: Work, body: Colour["body"]): Promise<number> {
  const before = process.cpuUsage();
  await runVirtual(body(() => work(n, body)));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / n;
}

/** Registers a case for each colour: it does the work with many tasks, in a time that grows as their number. */
function linear(name: string, work: Work, colours: readonly Colour[] = COLOURS): void {
  for (const { name: colour, body } of colours) {
    it(`${name} (${colour})`, async () => {
      const ratios: number[] = [];
      await measure(MANY / TIMES, work, body); // what is compiled first would make the few dear
      while (ratios.length < ATTEMPTS) {
        const few = await measure(MANY / TIMES, work, body);
        const ratio = await measure(MANY, work, body) / few;
        if (ratio < GENEROUS) return;
        ratios.push(ratio);
      }
      assert.fail(
        `a task among ${MANY} cost ${ratios.map((ratio) => ratio.toFixed(1)).join(", ")} times what it costs among ${MANY / TIMES}`,
      );
    });
  }
}

/** `n` tasks that have begun to wait. */
function* waiting(n: number, body: Colour["body"], steps: () => Steps<unknown>): Steps<Task<unknown>[]> {
  const task = body(steps);
  const tasks = Array.from({ length: n }, () => createTask(task));
  yield* wait(sleep(0));
  return tasks;
}

/** Cancels all of them, the first or the last to come first, and waits for their ends. */
function* cancelAll(tasks: Task<unknown>[], lastFirst: boolean): Steps<void> {
  for (const task of lastFirst ? tasks.toReversed() : tasks) task.cancel();
  const [done] = yield* wait(waitForAll(tasks));
  assert.ok([...done].every((task) => task.cancelled()));
}

describe("A group of very many tasks", () => {
  linear("that wait, one of which fails", function* (n, body) {
    const failing = body(function* () {
      yield* wait(sleep(1));
      throw new RangeError("bad");
    });
    const waits = body(() => wait(new Event().wait()));
    let error: unknown;
    try {
      yield* wait(taskGroup(body(function* (group) {
        for (let i = 1; i < n; i++) group.createTask(waits);
        group.createTask(failing);
        yield* wait(sleep(1e9));
      })));
    } catch (thrown) {
      error = thrown;
    }
    assert.equal((error as ExceptionGroup).errors.length, 1);
  });

  linear("all of which fail", function* (n, body) {
    const failing = body(function* (): Steps<never> {
      throw new RangeError("bad");
    });
    let error: unknown;
    try {
      yield* wait(taskGroup(body(function* (group) {
        for (let i = 0; i < n; i++) group.createTask(failing);
        yield* wait(sleep(0));
        yield* wait(sleep(0));
      })));
    } catch (thrown) {
      error = thrown;
    }
    assert.equal((error as ExceptionGroup).errors.length, n);
  });

  linear("that is cancelled from outside", function* (n, body) {
    const waits = body(() => wait(new Event().wait()));
    const host = createTask(() =>
      taskGroup(body(function* (group) {
        for (let i = 0; i < n; i++) group.createTask(waits);
        yield* wait(sleep(0));
      }))
    );
    yield* wait(sleep(1));
    yield* cancelAll([host], false);
  });
});

describe("Very many tasks", () => {
  linear("wait for one Event", function* (n, body) {
    const event = new Event();
    const tasks = yield* waiting(n, body, () => wait(event.wait()));
    event.set();
    yield* wait(gather(tasks));
  });

  linear("wait for one Condition", function* (n, body) {
    const condition = new Condition();
    const tasks = yield* waiting(n, body, function* () {
      yield* wait(condition.acquire());
      yield* wait(condition.wait());
      condition.release();
    });
    yield* wait(condition.run(body(function* () {
      condition.notifyAll();
    })));
    yield* wait(gather(tasks));
  });

  linear("wait for one Semaphore, given back one by one", function* (n, body) {
    const semaphore = new Semaphore(0);
    const tasks = yield* waiting(n, body, () => wait(semaphore.acquire()));
    for (let i = 0; i < n; i++) semaphore.release();
    yield* wait(gather(tasks));
  });

  linear("wait for one Semaphore, handed from one to the next", function* (n, body) {
    const semaphore = new Semaphore(0);
    const tasks = yield* waiting(n, body, function* () {
      yield* wait(semaphore.acquire());
      semaphore.release();
    });
    semaphore.release();
    yield* wait(gather(tasks));
  });

  // What it takes to leave a queue is the same in both colours.
  for (const lastFirst of [false, true]) {
    const order = lastFirst ? "the last to come first" : "in the order in which they came";
    linear(`are cancelled while they wait for one Event, ${order}`, function* (n, body) {
      const event = new Event();
      yield* cancelAll(yield* waiting(n, body, () => wait(event.wait())), lastFirst);
    }, COLOURS.slice(0, 1));

    linear(`are cancelled while they wait for one Semaphore, ${order}`, function* (n, body) {
      const semaphore = new Semaphore(0);
      yield* cancelAll(yield* waiting(n, body, () => wait(semaphore.acquire())), lastFirst);
    }, COLOURS.slice(0, 1));

    linear(`are cancelled while they wait for one Lock, ${order}`, function* (n, body) {
      const lock = new Lock();
      yield* wait(lock.acquire());
      yield* cancelAll(yield* waiting(n, body, () => wait(lock.acquire())), lastFirst);
    }, COLOURS.slice(0, 1));

    linear(`are cancelled while they wait for one Condition, ${order}`, function* (n, body) {
      const condition = new Condition();
      yield* cancelAll(
        yield* waiting(n, body, function* () {
          yield* wait(condition.acquire());
          try {
            yield* wait(condition.wait());
          } finally {
            condition.release();
          }
        }),
        lastFirst,
      );
    }, COLOURS.slice(0, 1));

    linear(`are cancelled while they wait for one Queue, ${order}`, function* (n, body) {
      const queue = new Queue<number>();
      yield* cancelAll(yield* waiting(n, body, () => wait(queue.get())), lastFirst);
    }, COLOURS.slice(0, 1));

    linear(`are cancelled while they sleep, ${order}`, function* (n, body) {
      yield* cancelAll(yield* waiting(n, body, () => wait(sleep(1e9))), lastFirst);
    }, COLOURS.slice(0, 1));
  }
});
