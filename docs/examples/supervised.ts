/**
 * A supervised pipeline of processes: a source of numbers that crashes now and then, a filter, and a sink that sums up. This program joins their
 * pipes, starts the source again where it stopped, gives up when another stage ends early, and leaves no process behind.
 *
 *     deno run -A docs/examples/supervised.ts [LIMIT]      bun docs/examples/supervised.ts [LIMIT]      node docs/examples/supervised.ts [LIMIT]
 *
 * Each process has a session of its own, so that Ctrl-C reaches this program alone: it cancels `main`, which stops them all.
 */
import process from "node:process";
import {
  createSubprocessExec,
  createTask,
  ExceptionGroup,
  gather,
  isCancelled,
  PIPE,
  type Process,
  run,
  sleep,
  type StreamReader,
  type StreamWriter,
  taskGroup,
} from "../../mod.ts";

const limit = Number(process.argv[2] ?? 1000);

/** Prints the numbers after $1 up to $2, and crashes after 13, 113, 213 and so on. */
const SOURCE = "n=$1; while [ $n -lt $2 ]; do n=$((n + 1)); echo $n; [ $((n % 100)) -ne 13 ] || kill -9 $$; done";
const SUM = '{ sum += $1 } END { print NR " numbers without a 7, their sum is " sum }';

const running = new Set<Process>();

async function start(name: string, program: string, args: readonly string[]): Promise<Process> {
  const child = await createSubprocessExec(program, args, { stdin: PIPE, stdout: PIPE, startNewSession: true });
  running.add(child);
  createTask(() => child.wait()).addDoneCallback(() => running.delete(child));
  console.log(`the ${name} is process ${child.pid}`);
  return child;
}

/** Keeps a source running until all numbers have come; what one printed before it crashed counts. */
async function produce(out: StreamWriter): Promise<void> {
  let last = 0;
  while (last < limit) {
    const from = last;
    const source = await start("source", "sh", ["-c", SOURCE, "source", String(last), String(limit)]);
    for await (const line of source.stdout!) {
      last = Number(new TextDecoder().decode(line));
      out.write(line);
      await out.drain();
    }
    const code = await source.wait();
    if (last === limit) break;
    if (last === from) throw new Error(`the source ends with ${code} before it prints anything`);
    console.log(`the source ended with ${code} after ${last}; it is started again`);
    await sleep(10);
  }
  out.close();
}

/** Hands on what comes, no faster than it is taken. */
async function pump(from: StreamReader, to: StreamWriter): Promise<void> {
  for (;;) {
    const chunk = await from.read(65_536);
    if (chunk.length === 0) break;
    to.write(chunk);
    await to.drain();
  }
  to.close();
}

/** Fails when a stage does. */
async function watch(name: string, child: Process): Promise<void> {
  const code = await child.wait();
  if (code !== 0) throw new Error(`the ${name} ended with ${code}`);
}

async function main(): Promise<string> {
  try {
    const filter = await start("filter", "grep", ["-v", "7"]);
    const sink = await start("sink", "awk", [SUM]);
    return await taskGroup(async (group) => {
      group.createTask(() => produce(filter.stdin!));
      group.createTask(() => pump(filter.stdout!, sink.stdin!));
      group.createTask(() => watch("filter", filter));
      group.createTask(() => watch("sink", sink));
      return new TextDecoder().decode(await sink.stdout!.read()).trim();
    });
  } finally {
    await gather([...running].map((child) => child.stop({ grace: 1000, group: true })));
    console.log("all processes have ended");
  }
}

if (!Number.isSafeInteger(limit) || limit < 1) {
  console.error(`Cannot count up to ${process.argv[2]}: a whole number of 1 or more was expected`);
  process.exitCode = 2;
} else {
  try {
    console.log(await run(main));
  } catch (error) {
    if (isCancelled(error)) {
      process.exitCode = 130;
    } else if (error instanceof ExceptionGroup) {
      console.error(`given up: ${error.errors.map(({ message }) => message).join("; ")}`);
      process.exitCode = 1;
    } else throw error;
  }
}
