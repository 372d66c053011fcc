/**
 * The check of the layers: who imports whom, no cycles, no host outside the adapters, nothing at import time.
 *
 *     deno run -A scripts/check_layers.ts
 *
 * Prints one line a finding and ends with exit code 1 when there are any. The table is _check/layer_table.ts.
 */

import * as path from "node:path/posix";
import process from "node:process";
import { findCycles } from "./_check/cycles.ts";
import { readSources } from "./_check/files.ts";
import { HOST, HOST_ONLY, hostUses } from "./_check/host_names.ts";
import { checkHostless } from "./_check/hostless.ts";
import { importTimeOf } from "./_check/import_time.ts";
import { type Import, importsOf } from "./_check/imports.ts";
import { ERROR_FILES, type Exception, EXCEPTIONS, type Layer, LAYERS } from "./_check/layer_table.ts";
import { type Token, tokenize } from "./_check/tokens.ts";

/** Something that must not be. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

interface Source {
  readonly file: string;
  readonly layer: Layer;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
}

/**
 * Everything that is wrong with a tree: `files` maps paths, as seen from the root, to texts. An exception for a file that
 * is there, but that finds nothing to except, is wrong too.
 */
export function checkLayers(files: ReadonlyMap<string, string>, exceptions: readonly Exception[] = EXCEPTIONS): Finding[] {
  const findings: Finding[] = [];
  const sources: Source[] = [];
  for (const [file, text] of files) {
    const layer = layerOf(file);
    if (layer === undefined) {
      findings.push({ file, line: 1, problem: "it has no place in the table of layers (scripts/_check/layer_table.ts)" });
      continue;
    }
    const tokens = tokenize(text);
    sources.push({ file, layer, tokens, imports: importsOf(tokens) });
  }
  for (const source of sources) {
    findings.push(...importFindings(source, files), ...hostFindings(source), ...shimFindings(source, files));
    findings.push(...errorFindings(source), ...typeFindings(source));
  }
  return [...findings, ...importTimeFindings(sources, exceptions), ...cycleFindings(sources), ...checkHostless(files)];
}

function layerOf(file: string): Layer | undefined {
  return LAYERS.find((layer) => layer.holds.some((held) => held === file || (held.endsWith("/") && file.startsWith(held))));
}

function importFindings(source: Source, files: ReadonlyMap<string, string>): Finding[] {
  return source.imports.flatMap((imported) => {
    const problem = importProblem(source, imported, files);
    return problem === undefined ? [] : [{ file: source.file, line: imported.line, problem }];
  });
}

function importProblem({ file, layer }: Source, imported: Import, files: ReadonlyMap<string, string>): string | undefined {
  const { specifier, kind, star, typeOnly } = imported;
  if (specifier === null) return layer.hosted ? undefined : "it imports a module whose name is computed";
  if (star && layer.name === "entry") return `export * from ${specifier}: an entry names what it exports`;
  if (!specifier.startsWith(".")) return outsideProblem(layer, imported);
  if (kind === "dynamic") return `it imports ${specifier} dynamically, which costs turns of the host and hides the module from the checks`;
  const target = path.join(path.dirname(file), specifier);
  if (!files.has(target)) return `it imports ${specifier}, and there is no ${target}`;
  const other = layerOf(target);
  if (other === undefined || other === layer) return undefined;
  const allowed = layer.imports.includes(other.name) || layer.imports.includes(target) ||
    (typeOnly && layer.imports.includes(`type ${other.name}`));
  if (!allowed) {
    const asType = layer.imports.includes(`type ${other.name}`);
    return `${layer.name} may ${asType ? "only use \`import type\` of" : "not import"} ${other.name} (${target})`;
  }
  return other.face === undefined || other.face === target
    ? undefined
    : `of ${other.name} only ${other.face} may be imported, not ${target}`;
}

function outsideProblem(layer: Layer, { specifier, kind, typeOnly }: Import): string | undefined {
  if (!specifier?.startsWith("node:")) return `it imports ${specifier}: the library has no dependencies`;
  if (!layer.hosted) return `it imports ${specifier}: only adapters know modules of hosts`;
  return typeOnly || kind === "dynamic"
    ? undefined
    : `it imports ${specifier} when it is loaded: modules of hosts are reached inside functions`;
}

function hostFindings({ file, layer, tokens }: Source): Finding[] {
  if (layer.hosted) return [];
  const names = hostUses(tokens, layer.hostFree ? HOST : HOST_ONLY).map(({ text, line }) => ({
    file,
    line,
    problem: layer.hostFree ? `it names the host's ${text}` : `it names the host's ${text}: only adapters may`,
  }));
  const modules = tokens.filter(({ kind, text }) => kind === "string" && /^["'](node|bun|jsr|npm):/.test(text));
  const known = new Set(importsOf(tokens).map(({ start }) => start));
  return [
    ...names,
    ...modules.filter(({ start }) => !known.has(start)).map(({ text, line }) => ({
      file,
      line,
      problem: `it names ${text}: only adapters may`,
    })),
  ];
}

/** dnt puts a proxy in the place of `globalThis`, and ships the file that makes it, unless the line above says not to. */
function shimFindings({ file, tokens }: Source, files: ReadonlyMap<string, string>): Finding[] {
  const lines = (files.get(file) ?? "").split("\n");
  return tokens
    .filter(({ kind, text, line }) => kind === "word" && text === "globalThis" && !lines[line - 2]?.includes("// dnt-shim-ignore"))
    .map(({ line }) => ({ file, line, problem: "the line above this use of globalThis has to be: // dnt-shim-ignore" }));
}

function errorFindings({ file, tokens }: Source): Finding[] {
  if (ERROR_FILES.some((known) => file.startsWith(known))) return [];
  return tokens.flatMap(({ text, line }, at) => {
    const name = tokens[at + 1]?.text ?? "";
    const isError = text === "class" && tokens[at + 2]?.text === "extends" && /(Error|Exception|Group)$/.test(tokens[at + 3]?.text ?? "");
    return isError ? [{ file, line, problem: `it defines the error class ${name}: these stand in src/errors.ts` }] : [];
  });
}

function typeFindings({ file, layer, tokens, imports }: Source): Finding[] {
  if (!layer.typesOnly) return [];
  const values = imports.filter(({ typeOnly, kind }) => !typeOnly && kind !== "dynamic");
  const runs = tokens.filter(({ kind, text }, at) =>
    kind === "word" && ["const", "let", "var", "function", "class", "enum"].includes(text) &&
    !["declare", ".", "unique"].includes(tokens[at - 1]?.text ?? "") &&
    tokens[at + 1]?.kind === "word"
  );
  return [
    ...values.map(({ specifier, line }) => ({
      file,
      line,
      problem: `it imports ${specifier} without \`type\`: this layer has types only`,
    })),
    ...runs.map(({ text, line }) => ({ file, line, problem: `a ${text} is left at run time: this layer has types only` })),
  ];
}

function importTimeFindings(sources: readonly Source[], exceptions: readonly Exception[]): Finding[] {
  const used = new Set<Exception>();
  const findings = sources.flatMap(({ file, tokens }) =>
    importTimeOf(tokens).flatMap(({ line, name, problem }) => {
      const exception = exceptions.find((exception) => exception.file === file && exception.name === name);
      if (exception !== undefined) used.add(exception);
      return exception === undefined ? [{ file, line, problem }] : [];
    })
  );
  const stale = exceptions.filter((exception) => !used.has(exception) && sources.some(({ file }) => file === exception.file));
  return [
    ...findings,
    ...stale.map(({ file, name }) => ({ file, line: 1, problem: `the exception for ${name} is needed no more: take it off the table` })),
  ];
}

function cycleFindings(sources: readonly Source[]): Finding[] {
  const graph = new Map(sources.map(({ file, imports }) => {
    const targets = imports.flatMap(({ specifier }) => specifier?.startsWith(".") ? [path.join(path.dirname(file), specifier)] : []);
    return [file, new Set(targets)];
  }));
  return findCycles(graph).map((cycle) => ({ file: cycle[0] as string, line: 1, problem: `it imports itself: ${cycle.join(" → ")}` }));
}

if (import.meta.main) {
  const files = await readSources(["mod.ts", "src"]);
  const findings = checkLayers(files);
  for (const { file, line, problem } of findings) console.log(`${file}:${line}: ${problem}`);
  console.log(`${files.size} files, ${findings.length} findings`);
  process.exitCode = findings.length === 0 && files.size > 0 ? 0 : 1;
}
