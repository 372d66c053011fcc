/** The report: a table for each workload, as Markdown, and what is short of its target. */

import { compare, medianOf, type Result } from "./results.ts";
import type { Unit, Workload } from "./workloads.ts";

const HEAD = ["subject", "median", "min to max", "× CPython", "× native", "target × CPython", "verdict"] as const;
const UNITS: Readonly<Record<Unit, string>> = { us: "µs each", s: "seconds", bytes: "bytes each" };
const ABSENT = "–";

/** The report's lines. */
export function reportLines(workloads: readonly Workload[], results: readonly Result[], rounds: number): string[] {
  return [
    ...workloads.flatMap((workload) => workloadLines(workload, results.filter((result) => result.workload === workload), rounds)),
    ...summaryLines(results),
  ];
}

function workloadLines(workload: Workload, results: readonly Result[], rounds: number): string[] {
  const n = results[0]?.n ?? workload.n;
  const rows = results.filter(({ values }) => values.length > 0).map((result) => tableRow(result, results));
  const samples = rounds === 1 ? "one sample" : `${rounds} samples`;
  return [
    `### ${workload.name}: ${workload.title} (${UNITS[workload.unit]}, n = ${n.toLocaleString("en")}, ${samples})`,
    "",
    ...(rows.length > 0 ? [...tableLines([HEAD, ...rows]), ""] : []),
    ...missingLines(results),
  ];
}

function tableRow(result: Result, results: readonly Result[]): string[] {
  const { workload: { unit }, values } = result;
  const { cpython, native, goal, verdict } = compare(result, results);
  return [
    labelOf(result),
    formatValue(medianOf(values), unit),
    `${formatValue(Math.min(...values), unit)} to ${formatValue(Math.max(...values), unit)}`,
    formatRatio(cpython),
    formatRatio(native),
    goal === undefined ? ABSENT : `${formatRatio(goal.ratio)} (${formatValue(goal.value, unit)})`,
    verdict ?? ABSENT,
  ];
}

/** One line for each reason, with all whom it keeps from running. */
function missingLines(results: readonly Result[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const result of results) {
    if (result.missing === null) continue;
    const { reason, failed } = result.missing;
    const text = `${failed ? "FAILED" : "not available yet"}: ${reason}`;
    const who = reasons.get(text) ?? new Set();
    reasons.set(text, who.add(failed ? labelOf(result) : result.subject.subject));
  }
  const lines = [...reasons].map(([text, who]) => `${[...who].join(", ")}: ${text}`);
  return lines.length > 0 ? [...lines, ""] : [];
}

function summaryLines(results: readonly Result[]): string[] {
  const judged = results.map((result) => ({ result, ...compare(result, results) })).filter(({ verdict }) => verdict !== undefined);
  if (judged.length === 0) return [];
  const short = judged.filter(({ verdict }) => verdict === "short");
  return [
    `${judged.length - short.length} of ${judged.length} targets reached${short.length > 0 ? "; short:" : ""}`,
    ...short.map(({ result, cpython, goal }) => {
      const { workload } = result;
      return `  ${workload.name} ${labelOf(result)}: ${formatRatio(cpython)} of ${formatRatio(goal?.ratio)} × CPython`;
    }),
  ];
}

function labelOf({ subject, version }: Result): string {
  const runtime = version === "" ? subject.runtime : `${subject.runtime.replace(/\d+$/, "")} ${version}`;
  if (subject.subject === "cpython") return `${runtime} asyncio`;
  return `${runtime} ${subject.subject === "native" ? "native" : `tsyncio ${subject.colour}`}`;
}

/** Three digits that count. */
function formatValue(value: number, unit: Unit): string {
  return unit === "bytes" ? Math.round(value).toLocaleString("en") : digits(value);
}

function formatRatio(ratio: number | undefined): string {
  return ratio === undefined ? ABSENT : digits(ratio);
}

function digits(value: number): string {
  const whole = Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(value >= 1 ? Math.max(0, 2 - whole) : 3);
}

/** Text to the left, numbers to the right. */
function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number): boolean => column === 0 || column === HEAD.length - 1;
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0));
    return `| ${cells.join(" | ")} |`;
  });
  const rule = `| ${widths.map((width, column) => isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`).join(" | ")} |`;
  return [lines[0] ?? "", rule, ...lines.slice(1)];
}
