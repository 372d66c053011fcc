import {
  createSubprocessExec,
  createSubprocessShell,
  createTask,
  DEVNULL,
  gather,
  isCancelled,
  PIPE,
  type Process,
  sleep,
  STDOUT,
  type SubprocessOptions,
} from "../../mod.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";
import { assert, describe, it, runtimeName, stress, underStress } from "../_kit/mod.ts";
import { runHost } from "../_kit/loop.ts";
import { runProgram } from "../_kit/program.ts";
import { runRaw } from "./_raw_processes.ts";
import { eventually, openDescriptors, openedOnce, zombies } from "./_support.ts";

/** Runs `job` so many times, 50 at a time. */
async function repeat(times: number, job: () => PromiseLike<void>): Promise<void> {
  let left = times;
  await gather(Array.from({ length: 50 }, () => async () => {
    while (left > 0) {
      left--;
      await job();
    }
  }));
}

/** Runs `body` beside a task that wants to run every 5 ms; gives how long it had to wait at the most, and how often it ran. */
async function besideTicker(body: () => PromiseLike<void>): Promise<{ readonly worst: number; readonly ticks: number }> {
  let worst = 0;
  let ticks = 0;
  let last = performance.now();
  const ticker = createTask(async () => {
    for (;;) {
      await sleep(5);
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
      ticks++;
    }
  });
  await body();
  worst = Math.max(worst, performance.now() - last);
  ticker.cancel();
  return { worst, ticks };
}

describe("many processes", () => {
  it("end well, and let other tasks run", () =>
    runHost(async () => {
      const times = stress(2000);
      await openedOnce();
      const before = openDescriptors();
      const ours = await besideTicker(() =>
        repeat(times, async () => {
          const child = await createSubprocessExec("true", [], { stdin: DEVNULL, stdout: PIPE, stderr: DEVNULL });
          const [stdout] = await child.communicate();
          assert.deepEqual([stdout!.length, child.returncode], [0, 0]);
        })
      );
      await eventually(() => openDescriptors() <= before);
      assert.deepEqual(zombies(), []);
      assert.ok(ours.ticks >= times / 100, `the ticker ran only ${ours.ticks} times`);
      if (!underStress) return;
      const raw = await besideTicker(() => repeat(times, async () => assert.equal(await runRaw("true"), 0)));
      console.log(`${times} processes on ${runtimeName}: worst gap ${ours.worst | 0} ms, ${raw.worst | 0} ms by the host's own API`);
    }));

  it("can be killed at any moment, and nothing is left of them", () =>
    runHost(async () => {
      const random = seededRandom(1);
      await openedOnce();
      const before = openDescriptors();
      await gather(Array.from({ length: stress(200) }, () => async () => await startAndKill(random)));
      await eventually(() => openDescriptors() <= before);
      assert.deepEqual(zombies(), []);
    }));
});

const SCRIPTS = [
  "exec sleep 300",
  "exec yes",
  "exec cat",
  "trap '' TERM; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.05; done",
  "head -c 3000000 /dev/zero",
  "exit 1",
];

/** Starts a process of some kind, and ends it in some way after some time. */
async function startAndKill(random: () => number): Promise<void> {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const options: SubprocessOptions = {
    stdin: pick([PIPE, DEVNULL]),
    stdout: pick([PIPE, DEVNULL]),
    stderr: pick<SubprocessOptions["stderr"]>([PIPE, DEVNULL, STDOUT])!,
    startNewSession: true,
  };
  const starting = createTask(() => createSubprocessShell(pick(SCRIPTS), options));
  await sleep(pick([0, 1, 5, 20]) * random());
  if (random() < 0.2) starting.cancel();
  const child = await starting.catch((error: unknown) => {
    if (!isCancelled(error)) throw error;
    return null;
  });
  if (child === null) return;
  const input = child.stdin === null ? undefined : new Uint8Array(1_000_000);
  const talking = createTask(async () => void await (random() < 0.5 ? child.communicate(input) : child.wait()));
  await sleep(30 * random());
  if (random() < 0.5) talking.cancel();
  await pick([killed, disposed, stopped, stoppedWithGroup])(child);
  await talking.catch((error: unknown) => assert.ok(isCancelled(error), String(error)));
  await child[Symbol.asyncDispose]();
}

async function killed(child: Process): Promise<void> {
  if (child.returncode === null) child.kill();
  assert.ok([-9, 0, 1].includes(await child.wait()));
}

async function disposed(child: Process): Promise<void> {
  if (child.returncode === null) child.sendSignal("SIGCONT");
  await child[Symbol.asyncDispose]();
}

async function stopped(child: Process): Promise<void> {
  assert.ok([-15, -9, 0, 1].includes(await child.stop({ grace: 20 })));
}

async function stoppedWithGroup(child: Process): Promise<void> {
  assert.ok([-15, -9, 0, 1].includes(await child.stop({ grace: 20, group: true })));
}

describe("much data through a process", () => {
  it("is whole, and is not held in memory", async () => {
    const megabytes = stress(500);
    const { code, stdout, stderr } = await runProgram(new URL("./programs/through_cat.ts", import.meta.url), {
      args: [String(megabytes)],
      limit: 120_000,
    });
    assert.deepEqual([code, stderr], [0, ""]);
    const grown = Number(/^memory grew by (\d+) MB\n$/.exec(stdout)?.[1]);
    assert.ok(grown < 100, stdout);
    if (underStress) console.log(`${megabytes} MB through cat on ${runtimeName}: memory grew by ${grown} MB at the most`);
  });
});
