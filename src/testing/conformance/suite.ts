/**
 * Conformance suites: rules, and how they are run.
 *
 * @module
 */
import { typeName } from "../../_internal/type_name.ts";
import { awaitable, type Body, type CoroutineGenerator } from "../../core/mod.ts";
import { ExceptionGroup, TimeoutError } from "../../errors.ts";
import { getRunningLoop } from "../../event_loop.ts";
import { sleep } from "../../tasks/sleep.ts";
import { timeout } from "../../tasks/timeout.ts";
import { runStrict } from "../strict.ts";

/** Something that has to hold for each thing of a kind. */
export interface Rule<S, F extends string> {
  /** A sentence. */
  readonly name: string;
  /** What it needs; nothing that things may lack without it. */
  readonly feature?: F;
  /** Throws where it does not hold. Runs as the main task of a loop of its own. */
  readonly check: (subject: S) => CoroutineGenerator<void>;
  /** What has to hold in its place where the feature is lacking; without it the rule is left out then. */
  readonly otherwise?: { readonly name: string; readonly check: (subject: S) => CoroutineGenerator<void> };
}

/** How a suite is to be run. */
export interface CheckOptions<F extends string> {
  /**
   * What the thing cannot do. The suite checks how it refuses, or what it does instead, so that a flag for what it can do after all is found out.
   * @default nothing
   */
  readonly lacks?: readonly F[];
  /**
   * Runs the main function of one rule on a fresh loop, of the runtime that is to be checked: `(main) => runVirtual(main, { strict: true })`, say.
   * @default runStrict, which takes the host that runs this code
   */
  readonly run?: (main: () => Body<void>) => Promise<unknown>;
  /** How long a rule may take, in milliseconds of the loop's time. @default 20_000 */
  readonly limit?: number;
  /** Makes a test of each rule, in place of running it now: `(name, body) => test(name, body)`, with the `test` of any test runner. */
  readonly test?: (name: string, body: () => Promise<void>) => void;
}

/** A rule for one thing, ready to be run. */
interface Case {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * Runs the rules for a thing one after the other, or makes tests of them.
 *
 * @throws (as a rejection) ExceptionGroup of an error for each rule that does not hold, whose message begins with the rule.
 */
export async function checkRules<S, F extends string>(
  kind: string,
  rules: readonly Rule<S, F>[],
  subject: S,
  options: CheckOptions<F>,
): Promise<void> {
  const cases = rules.flatMap((rule) => casesOf(rule, subject, options));
  if (options.test !== undefined) return cases.forEach(({ name, run }) => options.test!(name, run));
  const failures: Error[] = [];
  for (const { run } of cases) await run().catch((error: Error) => failures.push(error));
  if (failures.length === 0) return;
  const broken = failures.map(({ message }) => `  ${message}`).join("\n");
  throw new ExceptionGroup(`The ${kind} does not conform: of ${cases.length} rules ${failures.length} do not hold\n${broken}\n`, failures);
}

function casesOf<S, F extends string>(rule: Rule<S, F>, subject: S, options: CheckOptions<F>): Case[] {
  const lacking = rule.feature !== undefined && (options.lacks ?? []).includes(rule.feature);
  const { name, check } = (lacking ? rule.otherwise : rule) ?? {};
  if (name === undefined || check === undefined) return [];
  return [{ name, run: () => runRule(name, () => check(subject), options) }];
}

async function runRule<F extends string>(name: string, check: () => CoroutineGenerator<void>, options: CheckOptions<F>): Promise<void> {
  const { run = runStrict, limit = 20_000 } = options;
  try {
    await run(() => awaitable(within(limit, check)));
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : typeName(cause)}`, { cause });
  }
}

/** After so many milliseconds nothing of a rule may be left. */
const PATIENCE = 1000;

function* within(limit: number, check: () => CoroutineGenerator<void>): CoroutineGenerator<void> {
  const tooLate = `it was not over after ${limit} ms of the loop's time`;
  try {
    yield* timeout(limit, function* (scope) {
      yield* check();
      if (scope.expired()) throw new Error(tooLate); // a rule may take the cancellation for the error that it looks for
    });
  } catch (error) {
    if (error instanceof TimeoutError) throw new Error(tooLate, { cause: error });
    throw error;
  }
  yield* settle();
}

/** Layers tell of a connection's end one after the other, and hosts close in their own time. */
function* settle(): CoroutineGenerator<void> {
  const { _open } = getRunningLoop();
  for (let round = 0; _open.size > 0 && round < PATIENCE; round++) yield* sleep(1);
  for (let turn = 0; turn < 5; turn++) yield;
  if (_open.size > 0) throw new Error(`${_open.size} of its sockets are still open in the end`);
}
