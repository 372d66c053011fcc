/** Cycles of a graph of imports. */

/** One cycle, its first file repeated at its end, for each group of files that import each other in a circle. */
export function findCycles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles: string[][] = [];
  const seen = new Set<string>();
  for (const file of [...graph.keys()].sort()) {
    if (seen.has(file)) continue;
    const cycle = shortestWayBack(graph, file);
    if (cycle === undefined) continue;
    for (const member of reachableBothWays(graph, file)) seen.add(member);
    cycles.push(cycle);
  }
  return cycles;
}

function shortestWayBack(graph: ReadonlyMap<string, ReadonlySet<string>>, file: string): string[] | undefined {
  const from = new Map<string, string>();
  const queue = [file];
  for (const at of queue) {
    for (const next of graph.get(at) ?? []) {
      if (next === file) return [...wayTo(from, file, at), file];
      if (from.has(next)) continue;
      from.set(next, at);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(from: ReadonlyMap<string, string>, file: string, to: string): string[] {
  const way = [to];
  for (let at = to; at !== file;) {
    at = from.get(at) as string;
    way.unshift(at);
  }
  return way;
}

function reachableBothWays(graph: ReadonlyMap<string, ReadonlySet<string>>, file: string): string[] {
  return [...reachable(graph, file)].filter((other) => reachable(graph, other).has(file));
}

function reachable(graph: ReadonlyMap<string, ReadonlySet<string>>, file: string): Set<string> {
  const found = new Set<string>();
  const queue = [file];
  for (const at of queue) {
    for (const next of graph.get(at) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  return found;
}
