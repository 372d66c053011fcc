/**
 * Cases that run in both colours of coroutine: each is written once, as a generator in which `yield* wait(x)` waits for `x`.
 * As a generator coroutine it does so with `yield*`, as an async function with `await`.
 */

import type { Awaitable, Body, CoroutineGenerator, EventLoop } from "../../mod.ts";
import { type CaseOptions, it } from "./mod.ts";
import { type LoopOptions, runVirtual } from "./loop.ts";

/** What a body hands out to be waited for. */
type Wanted = Awaitable<unknown> | Body<unknown>;

/** The steps of a body that is written for both colours. */
// deno-lint-ignore no-explicit-any -- what a `yield` gives is typed by `wait`
export type Steps<T> = Generator<Wanted, T, any>;

/** Waits for `wanted` in the colour of the body around it. */
export function* wait<T>(wanted: Awaitable<T> | Body<T>): Steps<T> {
  return (yield wanted) as T;
}

/** One of the two kinds of coroutine. */
export interface Colour {
  readonly name: "generator" | "async";
  /** Makes a coroutine function of this colour. */
  body<A extends unknown[], T>(steps: (...args: A) => Steps<T>): (...args: A) => Body<T>;
}

const generator: Colour = {
  name: "generator",
  body: (steps) =>
    function* (...args) {
      return yield* driveByYielding(steps(...args));
    },
};

const async: Colour = {
  name: "async",
  body: (steps) => (...args) => driveByAwaiting(steps(...args)),
};

/** Both of them. */
export const COLOURS: readonly Colour[] = [generator, async];

/** What a case in both colours is given. */
export interface Scene {
  readonly colour: Colour["name"];
  readonly loop: EventLoop;
  /** Makes a coroutine function of the colour. */
  readonly body: Colour["body"];
}

/** What `steps` fail with; undefined if they do not. */
export function* errorOf(steps: Steps<unknown>): Steps<unknown> {
  try {
    yield* steps;
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Registers a case for each colour; its steps run in a main task of that colour, in virtual time. */
export function bothColours(name: string, steps: (scene: Scene) => Steps<void>, options: CaseOptions & LoopOptions = {}): void {
  for (const colour of COLOURS) {
    const main = colour.body(steps);
    it(`${name} (${colour.name})`, () => runVirtual((loop) => main({ colour: colour.name, loop, body: colour.body }), options), options);
  }
}

function* driveByYielding<T>(steps: Steps<T>): CoroutineGenerator<T> {
  let result = steps.next();
  while (!result.done) {
    let value: unknown;
    try {
      value = yield* result.value as Awaitable<unknown>;
    } catch (error) {
      result = steps.throw(error);
      continue;
    }
    result = steps.next(value);
  }
  return result.value;
}

async function driveByAwaiting<T>(steps: Steps<T>): Promise<T> {
  let result = steps.next();
  while (!result.done) {
    let value: unknown;
    try {
      value = await result.value;
    } catch (error) {
      result = steps.throw(error);
      continue;
    }
    result = steps.next(value);
  }
  return result.value;
}
