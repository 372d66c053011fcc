/** What an entry for unknown hosts loads, and whether that names a host. */

import * as path from "node:path/posix";
import { HOST, hostUses } from "./host_names.ts";
import { importsOf } from "./imports.ts";
import { HOSTLESS_ENTRY, UNKNOWN_HOST, UNKNOWN_HOST_NAMES } from "./layer_table.ts";
import { type Token, tokenize } from "./tokens.ts";

/** What is wrong with one file. */
export interface HostlessFinding {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

/** Looks at all that `entry` loads when it runs: types are gone by then. */
export function checkHostless(files: ReadonlyMap<string, string>, entry: string = HOSTLESS_ENTRY): HostlessFinding[] {
  if (!files.has(entry)) return [];
  const loaded = new Map<string, string>([[entry, ""]]);
  const findings: HostlessFinding[] = [];
  for (const [file, by] of loaded) {
    const tokens = tokenize(files.get(file) ?? "");
    findings.push(...namesIn(file, tokens).map(({ text, line }) => ({ file, line, problem: `${entry} loads it, and it names ${text}` })));
    if (file.startsWith("src/adapters/") && !UNKNOWN_HOST.includes(file)) {
      findings.push({ file, line: 1, problem: `${entry} loads it (by way of ${by}), and it knows its host` });
    }
    for (const { specifier, typeOnly, line } of importsOf(tokens)) {
      if (typeOnly) continue;
      const target = specifier?.startsWith(".") ? path.join(path.dirname(file), specifier) : undefined;
      if (target === undefined) findings.push({ file, line, problem: `${entry} loads it, and it imports ${specifier}` });
      else if (!loaded.has(target)) loaded.set(target, file);
    }
  }
  return findings;
}

/** Globals and modules of hosts, without those that the adapters of unknown hosts may name. */
function namesIn(file: string, tokens: readonly Token[]): Token[] {
  const allowed = UNKNOWN_HOST.includes(file) ? UNKNOWN_HOST_NAMES : [];
  const modules = tokens.filter(({ kind, text }) => kind === "string" && /^["'](node|bun|jsr|npm):/.test(text));
  return [...hostUses(tokens, HOST), ...modules].filter(({ text }) => !allowed.includes(text.replace(/^["']|["']$/g, "")));
}
