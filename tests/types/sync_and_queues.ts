import {
  type Asyncgen,
  asyncgen,
  type Awaitable,
  Barrier,
  BoundedSemaphore,
  Condition,
  type Context,
  ContextVar,
  copyContext,
  type CoroutineGenerator,
  Event,
  LifoQueue,
  Lock,
  type Permit,
  PriorityQueue,
  type Queue,
  sleep,
  type Token,
} from "../../mod.ts";
import { is } from "./_exact.ts";

declare const words: Queue<string>;

/** As generators. */
export function* inGenerators(): CoroutineGenerator<void> {
  is<Permit>()(yield* new Lock().acquire());
  is<Permit>()(yield* new BoundedSemaphore(2).acquire());
  is<true>()(yield* new Event().wait());
  is<true>()(yield* new Condition().wait());
  is<number>()(yield* new Barrier(2).wait());
  is<"ready" | 7>()(yield* new Condition().waitFor((): "ready" | 7 => 7));
  is<string>()(yield* words.get());
  is<string>()(words.getNowait());
  is<void>()(yield* words.put("text"));
  is<void>()(yield* words.join());
  for (let step = yield* words.next(); !step.done; step = yield* words.next()) is<string>()(step.value);
  is<number>()(yield* new PriorityQueue<number>().get());
  is<[number, string]>()(yield* new PriorityQueue<[number, string]>(0, { compare: (a, b) => a[0] - b[0] }).get());
  is<Date>()(yield* new LifoQueue<Date>(3).get());
  const step = yield* counting(3).next();
  if (step.done) is<string>()(step.value);
  else is<number>()(step.value);
}

/** As async functions. */
export async function inAsyncFunctions(): Promise<void> {
  is<Permit>()(await new Lock().acquire());
  is<true>()(await new Event().wait());
  is<number>()(await new Barrier(2).wait());
  is<string>()(await words.get());
  is<void>()(await words.put("text"));
  for await (const word of words) is<string>()(word);
  for await (const n of counting(3)) is<number>()(n);
}

const counting = asyncgen(async function* (to: number): AsyncGenerator<number, string, boolean> {
  for (let i = 0; i < to; i++) if (yield i) await sleep(1);
  return "end";
});

/** What the calls themselves give. */
export function values(): void {
  is<Awaitable<string>>()(words.get());
  is<Awaitable<Permit>>()(new Lock().acquire());
  is<Asyncgen<number, string, boolean>>()(counting(3));
  is<Awaitable<IteratorResult<number, string>>>()(counting(3).next(true));
  const level = new ContextVar<number>("level", { default: 0 });
  is<number>()(level.get());
  is<number | "none">()(level.get("none" as const));
  is<Token<number>>()(level.set(1));
  is<Context>()(copyContext());
  is<string>()(copyContext().run((a: number) => String(a), 1));
}

/** What is refused. */
export function refused(): void {
  // @ts-expect-error the queue is of words
  words.put(7);
  // @ts-expect-error the queue is of words
  words.putNowait(7);
  // @ts-expect-error how many parties there are has to be said
  new Barrier();
  // @ts-expect-error a condition is of a Lock
  new Condition(new Event());
  // @ts-expect-error a generator has no arguments like these
  counting("3");
  // @ts-expect-error the variable is of numbers
  new ContextVar<number>("level").set("high");
}
