import {
  type Awaitable,
  type Coroutine,
  coroutine,
  type CoroutineGenerator,
  createTask,
  Lock,
  run,
  Runner,
  Semaphore,
  sleep,
  type Task,
  TaskGroup,
  taskGroup,
  Timeout,
  timeout,
  timeoutAt,
} from "../../mod.ts";
import { is } from "./_exact.ts";

function* work() {
  yield* sleep(1);
  return 7;
}

/** As generators. */
export function* inGenerators(): CoroutineGenerator<void> {
  is<string>()(
    yield* timeout(10, function* (scope) {
      is<Timeout>()(scope);
      return yield* sleep(1, "text");
    }),
  );
  is<number>()(yield* timeout(null, work));
  is<number>()(yield* timeoutAt(10, () => work()));
  is<string>()(yield* new Timeout(10).run(async () => await sleep(1, "text")));
  const pair = yield* taskGroup(function* (group) {
    is<TaskGroup>()(group);
    const first = group.createTask(work());
    const second = group.createTask(async () => await sleep(1, "text"), { name: "second" });
    is<Task<number>>()(first);
    is<Task<string>>()(second);
    yield* sleep(0);
    return [first, second] as const;
  });
  is<readonly [Task<number>, Task<string>]>()(pair);
  is<number>()(yield* new TaskGroup().run(work));
  is<number>()(yield* new Lock().run(work));
  is<string>()(yield* new Semaphore().run(async () => await sleep(1, "text")));
  is<number>()(yield* coroutine(work)());
}

/** As async functions. */
export async function inAsyncFunctions(): Promise<void> {
  is<string>()(await timeout(10, async (scope) => (is<Timeout>()(scope), await sleep(1, "text"))));
  is<number>()(await timeout(10, work));
  const pair = await taskGroup(async (group) => {
    is<TaskGroup>()(group);
    return [group.createTask(work), group.createTask(sleep(1, "text"))] as const;
  });
  is<readonly [Task<number>, Task<string>]>()(pair);
  is<number>()(await new Lock().run(async () => await createTask(work)));
  is<number>()(await coroutine(work)());
  is<number>()(await run(work));
  is<string>()(await run(async () => await sleep(1, "text")));
  is<number>()(await new Runner().run(work()));
}

/** Functions keep their arguments. */
export function functions(): void {
  const add = coroutine(function* (a: number, b: string): CoroutineGenerator<string> {
    yield* sleep(a);
    return b;
  });
  is<(a: number, b: string) => Coroutine<string>>()(add);
  const later = coroutine(async (delay: number) => await sleep(delay, true));
  is<(delay: number) => Coroutine<boolean>>()(later);
  is<Awaitable<number>>()(timeout(1, work));
  is<Promise<number>>()(run(work));
  const expected: Promise<string> = add(1, "text"); // an Awaitable is taken for a promise
  void expected;
}

/** What is refused. */
export function refused(): void {
  // @ts-expect-error a body is a function
  timeout(10, work());
  // @ts-expect-error a body waits for something
  timeout(10, () => 7);
  // @ts-expect-error the scope knows no such method
  timeout(10, async (scope) => await scope.cancel());
  // @ts-expect-error a body is wanted
  taskGroup();
  // @ts-expect-error a promise is running already
  taskGroup(async (group) => group.createTask(sleep(1).then(() => 1).finally().then()));
  // @ts-expect-error the argument is missing
  coroutine(function* (a: number) {
    yield* sleep(a);
  })();
  // @ts-expect-error a number is no program
  run(7);
}
