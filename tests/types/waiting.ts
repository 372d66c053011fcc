import {
  type AsCompleted,
  asCompleted,
  type Awaitable,
  type CoroutineGenerator,
  createTask,
  ensureFuture,
  FIRST_COMPLETED,
  type Future,
  gather,
  shield,
  sleep,
  type Task,
  until,
  wait,
  waitFor,
  wrapFuture,
} from "../../mod.ts";
import { is } from "./_exact.ts";

function* generator() {
  yield* sleep(1);
  return 7;
}

async function asyncFunction(): Promise<string> {
  return await sleep(1, "text");
}

declare const promise: Promise<boolean>;
declare const future: Future<Date>;
declare const task: Task<bigint>;
declare const numbers: readonly (() => Promise<number>)[];
declare const tasks: Set<Task<number>>;

/** As a generator. */
export function* inGenerators(): CoroutineGenerator<bigint> {
  is<void>()(yield* sleep(1));
  is<string>()(yield* sleep(1, "text"));
  is<[number, string, boolean, Date, bigint]>()(yield* gather([generator(), asyncFunction, promise, future, task]));
  is<[number, number]>()(yield* gather([generator, generator()]));
  is<[]>()(yield* gather([]));
  is<number[]>()(yield* gather(numbers));
  is<number[]>()(yield* gather(tasks));
  is<(number | string)[]>()(yield* gather(new Set([generator(), sleep(1, "text")])));
  is<[number | Error, string | Error]>()(yield* gather([generator(), asyncFunction], { returnExceptions: true }));
  is<(number | Error)[]>()(yield* gather(tasks, { returnExceptions: true }));
  is<[number, string]>()(yield* gather([generator(), asyncFunction], { returnExceptions: false }));

  is<[done: Set<Task<number>>, pending: Set<Task<number>>]>()(yield* wait(tasks));
  const [done] = yield* wait([future, task], { returnWhen: FIRST_COMPLETED });
  for (const one of done) is<Future<Date> | Task<bigint>>()(one);

  is<number>()(yield* waitFor(generator(), 10));
  is<string>()(yield* waitFor(asyncFunction, null));
  is<boolean>()(yield* waitFor(promise, 10));
  is<bigint>()(yield* shield(task));
  is<boolean>()(yield* until(promise));
  for (const next of asCompleted([generator(), generator()])) is<number>()(yield* next);
  for (const next of asCompleted([generator(), asyncFunction])) is<number | string>()(yield* next);
  return yield* task;
}

/** As an async function. */
export async function inAsyncFunctions(): Promise<bigint> {
  is<void>()(await sleep(1));
  is<string>()(await sleep(1, "text"));
  is<[number, string, boolean, Date, bigint]>()(await gather([generator(), asyncFunction, promise, future, task]));
  is<number[]>()(await gather(numbers));
  is<[number | Error, string | Error]>()(await gather([generator(), asyncFunction], { returnExceptions: true }));
  is<[done: Set<Task<number>>, pending: Set<Task<number>>]>()(await wait(tasks));
  is<number>()(await waitFor(generator, 10));
  is<boolean>()(await waitFor(promise, 10));
  is<bigint>()(await shield(task));
  is<boolean>()(await until(promise));
  for (const next of asCompleted([generator(), generator()])) is<number>()(await next);
  const step = await asCompleted(tasks).next();
  if (!step.done) is<Task<number>>()(step.value);
  // What `for await` gives is a task too, though the compiler may take it for the result, once it has seen the iterable before.
  for await (const ended of asCompleted(tasks)) is<number>()(await ended);
  for await (const ended of asCompleted([generator(), asyncFunction])) is<number | string>()(await ended);
  is<[Date, bigint]>()(await Promise.all([future, task]));
  return await task;
}

/** What the calls themselves give. */
export function values(): void {
  is<Future<[number, string]>>()(gather([generator(), asyncFunction]));
  is<Awaitable<void>>()(sleep(1));
  is<Awaitable<number>>()(waitFor(generator(), 10));
  is<Future<number>>()(shield(generator()));
  is<AsCompleted<number, Task<number>>>()(asCompleted(tasks));
  is<Future<boolean>>()(wrapFuture(promise));
  is<Task<string>>()(ensureFuture(asyncFunction));
  is<Task<bigint>>()(ensureFuture(task));
  is<Future<Date>>()(ensureFuture(future));
  is<Future<boolean>>()(ensureFuture(promise));
  is<Task<number>>()(createTask(generator()));
  is<Task<number>>()(createTask(generator));
  is<Task<string>>()(createTask(asyncFunction));
  is<Task<string>>()(createTask(() => sleep(1, "text")));
  is<Task<string>>()(createTask(sleep(1, "text"), { name: "sleeper", eagerStart: true }));
  is<Task<[number, string]>>()(createTask(async () => [7, "text"] as [number, string]));
  is<Task<string>>()(createTask((): Promise<string> => asyncFunction()));
  is<Promise<bigint>>()(task.catch((): bigint => 0n));
  is<bigint>()(task.result());
}

/** What is refused. */
export function refused(): void {
  // @ts-expect-error a promise is running already: nothing can be made a task of it
  createTask(asyncFunction());
  // @ts-expect-error the function takes an argument
  createTask((n: number) => sleep(n));
  // @ts-expect-error a function that gives no coroutine
  createTask(() => 7);
  // @ts-expect-error one iterable, not several arguments
  gather(generator(), asyncFunction);
  // @ts-expect-error a number is nothing to wait for
  gather([generator(), 7]);
  // @ts-expect-error only futures and tasks
  wait([generator]);
  // @ts-expect-error only futures and tasks
  wait([asyncFunction()]);
  // @ts-expect-error the mode is one of three
  wait(tasks, { returnWhen: "ALL" });
  // @ts-expect-error a delay is wanted, null for none
  waitFor(generator());
  // @ts-expect-error delays are numbers
  sleep("1");
  // @ts-expect-error options are known
  createTask(generator, { title: "name" });
  // @ts-expect-error the result of a future has its type
  future.setResult(7);
}
