/**
 * The test kit: `describe`, `it` and `assert`, the same under `deno test`, `bun test` and `node --test`.
 *
 * Every case has a limit in real time (30 s unless it says otherwise), since a case that never settles would hold Node's
 * runner for ever. On Deno a case that leaves an operation or a resource behind fails, unless it says `sanitize: false`.
 */

import process from "node:process";

export { strict as assert } from "node:assert";

/** What a case may say about itself. */
export interface CaseOptions {
  /** Skips the case; a text tells why. */
  readonly skip?: boolean | string;
  /** Runs only the cases that say so. */
  readonly only?: boolean;
  /** Milliseconds of real time after which the case fails. @default 30_000, ten times that under stress */
  readonly timeout?: number;
  /** Lets Deno look for operations and resources that the case leaves behind. @default true */
  readonly sanitize?: boolean;
}

/** The body of a case or a hook. */
export type Body = () => void | PromiseLike<unknown>;

/** What a runner's file offers: it registers one case. `limit` is the timeout that the kit itself enforces. */
export type Register = (name: string, body: () => Promise<void>, options: CaseOptions & { readonly limit: number }) => void;

interface Scope {
  readonly name: string;
  readonly before: Body[];
  readonly after: Body[];
}

const host = globalThis as { Deno?: unknown; Bun?: unknown };
const { register }: { register: Register } = host.Deno !== undefined
  ? await import("./deno.ts")
  : host.Bun !== undefined
  ? await import("./bun.ts")
  : await import("./node.ts");

const scopes: Scope[] = [];

/** True when the whole amount of stress tests is asked for (`deno task stress`). */
export const underStress: boolean = process.env["TSYNCIO_STRESS"] === "1";

/** How often a stress test repeats: `n` times under stress, else a tenth of that, at least once. */
export function stress(n: number): number {
  return underStress ? n : Math.max(1, Math.ceil(n / 10));
}

/** The name of the runtime that runs the suite. */
export const runtimeName: "deno" | "bun" | "node" = host.Deno !== undefined ? "deno" : host.Bun !== undefined ? "bun" : "node";

/** Groups cases: the names of the groups stand before the case's own. */
export function describe(name: string, body: () => void): void {
  scopes.push({ name, before: [], after: [] });
  try {
    body();
  } finally {
    scopes.pop();
  }
}

/** Runs `body` before each case of the group that follows. */
export function beforeEach(body: Body): void {
  innermost("beforeEach").before.push(body);
}

/** Runs `body` after each case of the group that follows, whether it passed or not. */
export function afterEach(body: Body): void {
  innermost("afterEach").after.push(body);
}

/** One case. Its name is a sentence that states the fact. */
export function it(name: string, body: Body, options: CaseOptions = {}): void {
  const limit = options.timeout ?? (underStress ? 300_000 : 30_000);
  const chain = [...scopes];
  const before = chain.flatMap((scope) => scope.before);
  const after = chain.reverse().flatMap((scope) => scope.after);
  const path = [...scopes.map((scope) => scope.name), name].join(" > ");
  register(path, () => within(limit, () => runCase(before, body, after)), { ...options, limit });
}

function innermost(caller: string): Scope {
  const scope = scopes.at(-1);
  if (scope === undefined) throw new Error(`Cannot call ${caller}: it belongs inside describe`);
  return scope;
}

async function runCase(before: readonly Body[], body: Body, after: readonly Body[]): Promise<void> {
  try {
    for (const hook of before) await hook();
    await body();
  } finally {
    for (const hook of after) await hook();
  }
}

async function within(limit: number, body: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the case did not end within ${limit} ms`)), limit);
  });
  try {
    await Promise.race([body(), expired]);
  } finally {
    clearTimeout(timer);
  }
}
