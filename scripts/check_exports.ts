/**
 * The check of what the entry points that have a table of names export against it: all that must be there is, and nothing else.
 *
 *     deno run -A scripts/check_exports.ts
 *
 * Prints one line a finding and ends with exit code 1 when there are any.
 */

import { areaOf, NAME_TABLES, type NameEntry, nameOf, type NameTable, type OwnEntry, readNameTable } from "./_check/name_table.ts";
import { type Surface, surfaceOf } from "./_check/surface.ts";
import { runScript } from "./_command_line.ts";

/** What is wrong: `surface` as the declarations have it, `loaded` the module itself. */
export function checkExports(table: NameTable, surface: Surface, loaded: Readonly<Record<string, unknown>>): string[] {
  const exported = new Set([...surface.exports, ...Object.keys(loaded)]);
  const known = new Map<string, NameEntry | OwnEntry>();
  for (const entry of Object.values(table.names).flatMap((section) => Object.values(section))) {
    const name = nameOf(entry);
    if (name !== undefined) known.set(name, entry);
  }
  for (const [name, entry] of Object.entries(table.own.names)) known.set(name, entry);
  const problems = [...known].flatMap(([name, entry]) => presenceProblem(name, exported.has(name), entry));
  for (const name of exported) {
    // The options of a function are named after it.
    if (!known.has(name) && !name.endsWith("Options")) problems.push(`${name}: it is exported, and the table does not know it`);
  }
  const types = Object.keys(table.members).filter((type) => exported.has(type));
  return [...problems, ...types.flatMap((type) => memberProblems(type, table, surface, loaded[type]))];
}

function presenceProblem(name: string, present: boolean, entry: NameEntry | OwnEntry): string[] {
  const area = areaOf(entry);
  if (present && area !== undefined) return [`${name}: it is there, and the table still has it for later (${area})`];
  return present || area !== undefined ? [] : [`${name}: it is missing`];
}

function memberProblems(type: string, table: NameTable, surface: Surface, value: unknown): string[] {
  const declared = declaredMembers(type, surface);
  const present = new Set([...declared, ...prototypeMembers(value)]);
  const theirs = Object.values(table.members[type] ?? {}).flatMap((entry) => {
    const name = nameOf(entry);
    return name === undefined ? [] : [[name, entry] as const];
  });
  const entries: readonly (readonly [string, NameEntry | OwnEntry])[] = [...theirs, ...Object.entries(table.own.members[type] ?? {})];
  const problems = entries.flatMap(([name, entry]) => presenceProblem(`${type}.${name}`, present.has(name), entry));
  const known = new Set([...entries.map(([name]) => name), ...inheritedNames(type, table, surface), ...ALWAYS]);
  const unknown = [...present].filter((name) => !known.has(name));
  return [...problems, ...unknown.map((name) => `${type}.${name}: it is public, and the table does not know it`)];
}

/** What any object may have, and the code of an error. */
const ALWAYS: readonly string[] = ["constructor", "toString", "code", "name", "message"];

function declaredMembers(type: string, surface: Surface): Set<string> {
  const members = surface.members.get(type);
  return new Set([...members?.names ?? [], ...(members?.bases ?? []).flatMap((base) => [...declaredMembers(base, surface)])]);
}

/** The methods and accessors of a class and the classes that it extends. */
function prototypeMembers(value: unknown): string[] {
  if (typeof value !== "function") return [];
  const names: string[] = [];
  for (let prototype = value.prototype as object | null; prototype && !isBuiltIn(prototype); prototype = Object.getPrototypeOf(prototype)) {
    names.push(...Object.getOwnPropertyNames(prototype));
  }
  return names.filter((name) => /^[a-z]/i.test(name));
}

function isBuiltIn(prototype: object): boolean {
  return prototype === Object.prototype || prototype === Error.prototype;
}

function inheritedNames(type: string, table: NameTable, surface: Surface): string[] {
  return (surface.members.get(type)?.bases ?? []).flatMap((base) => [
    ...Object.values(table.members[base] ?? {}).flatMap((entry) => nameOf(entry) ?? []),
    ...Object.keys(table.own.members[base] ?? {}),
    ...inheritedNames(base, table, surface),
  ]);
}

if (import.meta.main) {
  await runScript(async () => {
    let good = true;
    for (const place of NAME_TABLES) {
      const { file, entry } = place;
      const surface = await surfaceOf(entry);
      const loaded = await import(new URL(`../${entry}`, import.meta.url).href) as Record<string, unknown>;
      const problems = checkExports(await readNameTable(place), surface, loaded);
      for (const problem of problems) console.log(`${file}: ${problem}`);
      console.log(`${entry}: ${surface.exports.size} exports, ${problems.length} findings`);
      good &&= problems.length === 0 && surface.exports.size > 0;
    }
    return good ? 0 : 1;
  });
}
