/** The difference between two traces, in the unified form that `diff -u` prints. */

/** A line that both have (" "), that only the first has ("-"), or that only the second has ("+"). */
interface Edit {
  readonly mark: " " | "-" | "+";
  readonly line: string;
}

const CONTEXT = 3;

/** The unified difference of two lists of lines; empty where they are equal. */
export function unifiedDifference(expected: readonly string[], written: readonly string[]): string[] {
  const edits = editsBetween(expected, written);
  const hunks = hunksOf(edits).map(({ start, end }) => {
    const before = edits.slice(0, start);
    const body = edits.slice(start, end);
    const range = (side: "-" | "+") => `${count(before, side) + 1},${count(body, side)}`;
    return [`@@ -${range("-")} +${range("+")} @@`, ...body.map(({ mark, line }) => mark + line)];
  });
  return hunks.length === 0 ? [] : ["--- expected", "+++ written", ...hunks.flat()];
}

/** How many of `edits` belong to one side. */
function count(edits: readonly Edit[], side: "-" | "+"): number {
  return edits.filter(({ mark }) => mark === " " || mark === side).length;
}

/** The stretches to show: all changes, with a few lines around each. */
function hunksOf(edits: readonly Edit[]): { start: number; end: number }[] {
  const hunks: { start: number; end: number }[] = [];
  for (const [index, { mark }] of edits.entries()) {
    if (mark === " ") continue;
    const start = Math.max(0, index - CONTEXT);
    const end = Math.min(edits.length, index + CONTEXT + 1);
    const last = hunks.at(-1);
    if (last !== undefined && start <= last.end) last.end = end;
    else hunks.push({ start, end });
  }
  return hunks;
}

/** The fewest edits that make `right` of `left`. */
function editsBetween(left: readonly string[], right: readonly string[]): Edit[] {
  const common = commonLengths(left, right);
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const [ours, theirs] = [left[i], right[j]];
    if (ours !== undefined && ours === theirs) {
      edits.push({ mark: " ", line: ours });
      i += 1;
      j += 1;
    } else if (ours !== undefined && (theirs === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      edits.push({ mark: "-", line: ours });
      i += 1;
    } else if (theirs !== undefined) {
      edits.push({ mark: "+", line: theirs });
      j += 1;
    }
  }
  return edits;
}

/** For each pair of places, how many lines the rests have in common, in order. */
function commonLengths(left: readonly string[], right: readonly string[]): number[][] {
  const table = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const length = left[i] === right[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
      (table[i] as number[])[j] = length;
    }
  }
  return table;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
