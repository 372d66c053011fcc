/** The report: a table for each workload, as Markdown, and what is short of its target. */

import { compare, medianOf, type Result } from "./results.ts";
import type { Goal, Unit, Workload } from "./workloads.ts";

const HEAD = ["subject", "median", "min to max", "CPU", "× CPython", "× native", "target", "verdict"] as const;
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
  const { workload: { unit }, values, cpu } = result;
  const { cpython, native, goal, verdict } = compare(result, results);
  return [
    labelOf(result),
    formatValue(medianOf(values), unit),
    `${formatValue(Math.min(...values), unit)} to ${formatValue(Math.max(...values), unit)}`,
    cpu.length === 0 ? ABSENT : formatValue(medianOf(cpu), unit),
    formatRatio(cpython),
    formatRatio(native),
    goal === undefined ? ABSENT : formatGoal(goal, unit),
    verdict ?? ABSENT,
  ];
}

function formatGoal({ cpython, derivedFrom, native, most }: Goal, unit: Unit): string {
  return [
    ...(cpython === undefined
      ? []
      : [`${digits(cpython)} × CPython${derivedFrom === undefined ? "" : ` (${formatValue(derivedFrom, unit)})`}`]),
    ...(native === undefined ? [] : [`${digits(native)} × native`]),
    ...(most === undefined ? [] : [`at most ${formatValue(most, unit)}`]),
  ].join(", ");
}

/** One line for each reason, with all whom it keeps from running. */
function missingLines(results: readonly Result[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const result of results) {
    if (result.missing === null) continue;
    const { reason, failed } = result.missing;
    const text = `${failed ? "FAILED" : "not available"}: ${reason}`;
    const who = reasons.get(text) ?? new Set();
    reasons.set(text, who.add(labelOf(result)));
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
    ...short.map(({ result, cpython, native, goal, short }) => {
      const measured: Readonly<Partial<Record<keyof Goal, string>>> = {
        cpython: `${formatRatio(cpython)} of ${formatRatio(goal?.cpython)} × CPython`,
        native: `${formatRatio(native)} of ${formatRatio(goal?.native)} × native`,
        most: `${formatValue(medianOf(result.values), result.workload.unit)} instead of ${
          formatValue(goal?.most ?? 0, result.workload.unit)
        }`,
      };
      return `  ${result.workload.name} ${labelOf(result)}: ${short.map((part) => measured[part]).join(", ")}`;
    }),
  ];
}

function labelOf({ subject: { subject, runtime, colour, api }, version }: Result): string {
  const host = version === "" ? runtime : `${runtime.replace(/\d+$/, "")} ${version}`;
  const who = subject === "cpython" ? "asyncio" : subject === "native" && api !== null ? "" : subject;
  return [host, who, api, colour].filter((word) => word !== null && word !== "").join(" ");
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
