/** Reads how many cases a part of the gate ran from what it printed. */

/** Cases by outcome. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Who printed: one of the three test runners, or a script that closes with `N passed, N failed`. */
export type Printer = "deno" | "bun" | "node" | "script";

/** No case at all. */
export const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

/** The sum of two counts. */
export function add(left: Counts, right: Counts): Counts {
  return { passed: left.passed + right.passed, failed: left.failed + right.failed, skipped: left.skipped + right.skipped };
}

/** The closing line: the skipped ones are named only where there are some. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** The counts at the end of `output`, or undefined where it does not end in any. */
export function readCounts(printer: Printer, output: string): Counts | undefined {
  return READERS[printer](plainLines(output));
}

/** The skipped cases that the output names, with their reasons where it has them. */
export function readSkipped(printer: Printer, output: string): string[] {
  const mark = SKIP_MARKS[printer];
  return plainLines(output).flatMap((line) => mark.exec(line)?.[1]?.replace(/ \([\d.]+ms\)/, "") ?? []);
}

const READERS: Readonly<Record<Printer, (lines: readonly string[]) => Counts | undefined>> = {
  deno: (lines) => fromLine(lines, /^(?:ok|FAILED) \| (\d+) passed(?: \(.*?\))? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/),
  script: (lines) => fromLine(lines, /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/),
  bun: (lines) => {
    const count = (word: string) => lastNumber(lines, new RegExp(`^ *(\\d+) ${word}s?$`));
    return fromWords(count("pass"), [count("fail")], [count("skip"), count("todo")]);
  },
  node: (lines) => {
    const count = (word: string) => lastNumber(lines, new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`));
    return fromWords(count("pass"), [count("fail"), count("cancelled")], [count("skipped"), count("todo")]);
  },
};

const SKIP_MARKS: Readonly<Record<Printer, RegExp>> = {
  deno: /^(.*) \.\.\. ignored/,
  bun: /^\(skip\) (.*)$/,
  node: /^﹣ (.*)$/,
  script: /^skipped:? (.*)$/,
};

function plainLines(output: string): string[] {
  // deno-lint-ignore no-control-regex
  return output.replace(/\x1b\[[\d;]*m/g, "").split(/\r?\n/);
}

function fromLine(lines: readonly string[], pattern: RegExp): Counts | undefined {
  const found = lines.findLast((line) => pattern.test(line));
  const match = found === undefined ? null : pattern.exec(found);
  if (match === null) return undefined;
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3] ?? 0) };
}

function fromWords(
  passed: number | undefined,
  failures: readonly (number | undefined)[],
  skips: readonly (number | undefined)[],
): Counts | undefined {
  const sum = (numbers: readonly (number | undefined)[]) => numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
  if (passed === undefined || failures.every((number) => number === undefined)) return undefined;
  return { passed, failed: sum(failures), skipped: sum(skips) };
}

function lastNumber(lines: readonly string[], pattern: RegExp): number | undefined {
  const found = lines.findLast((line) => pattern.test(line));
  return found === undefined ? undefined : Number(pattern.exec(found)?.[1]);
}
