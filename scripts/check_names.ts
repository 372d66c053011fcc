/**
 * The check of the tables of names: ours are Python's in JavaScript's case, and nothing in them is without a reason.
 *
 *     deno run -A scripts/check_names.ts
 *
 * Prints one line a finding and ends with exit code 1 when there are any.
 */

import { NAME_TABLES, type NameEntry, nameOf, type NameTable, readNameTable } from "./_check/name_table.ts";
import { runScript } from "./_command_line.ts";

/**
 * Python's `name` in JavaScript's case. Classes and constants stay as they are; each word of a function's name is looked up among the
 * `words` that Python runs together.
 */
export function camelCase(name: string, words: Readonly<Record<string, string>>): string {
  if (/^_?[A-Z]/.test(name)) return name;
  const split = name.split("_").map((word) => Object.hasOwn(words, word) ? words[word] : word).join("_");
  return split.replace(/(?<=[^_])_+([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What is wrong with a table. */
export function checkNames(table: NameTable): string[] {
  const sections = Object.entries({ ...table.names, ...table.members });
  const problems = sections.flatMap(([section, names]) =>
    Object.entries(names).flatMap(([name, entry]) => entryProblems(`${section}.${name}`, name, entry, table))
  );
  return [...problems, ...wordProblems(table), ...ownProblems(table)];
}

function entryProblems(place: string, name: string, entry: NameEntry, { words }: NameTable): string[] {
  if (typeof entry === "object" && Object.values(entry).some((text) => text.trim() === "")) return [`${place}: it says nothing`];
  const ours = nameOf(entry);
  const expected = camelCase(name, words);
  return ours === undefined || ours === expected ? [] : [`${place}: it is called ${ours}, and by the rule it would be ${expected}`];
}

function wordProblems({ words, names, members }: NameTable): string[] {
  const used = new Set(
    Object.values({ ...names, ...members }).flatMap((section) =>
      Object.entries(section).flatMap(([name, entry]) => nameOf(entry) === undefined ? [] : name.split("_"))
    ),
  );
  return Object.entries(words).flatMap(([word, split]) => {
    if (!used.has(word)) return [`words.${word}: no name has this word`];
    return split.replaceAll("_", "") === word && split !== word ? [] : [`words.${word}: ${split} is no way to split it`];
  });
}

function ownProblems({ names, members, own }: NameTable): string[] {
  const asyncio = new Set(Object.values(names).flatMap((section) => Object.values(section).flatMap((entry) => nameOf(entry) ?? [])));
  const problems = Object.keys(own.names).filter((name) => asyncio.has(name)).map((name) => `own.${name}: asyncio has this name`);
  for (const [type, section] of Object.entries(own.members)) {
    if (members[type] === undefined) problems.push(`own.${type}: the members of this type are not in the table`);
    const theirs = Object.values(members[type] ?? {}).map(nameOf);
    problems.push(
      ...Object.keys(section).filter((name) => theirs.includes(name)).map((name) => `own.${type}.${name}: asyncio has this name`),
    );
  }
  for (const [place, entries] of Object.entries({ ...own.members, own: own.names })) {
    for (const [name, entry] of Object.entries(entries)) {
      const texts = typeof entry === "string" ? [entry] : Object.values(entry);
      if (texts.some((text) => text.trim() === "")) problems.push(`${place}.${name}: it says nothing`);
      if (!/^([a-z][A-Za-z0-9]*|[A-Z][A-Za-z0-9]*|[A-Z][A-Z0-9_]*)$/.test(name)) {
        problems.push(`${place}.${name}: it is not in JavaScript's case`);
      }
    }
  }
  return problems;
}

if (import.meta.main) {
  await runScript(async () => {
    let good = true;
    for (const place of NAME_TABLES) {
      const table = await readNameTable(place);
      const problems = checkNames(table);
      for (const problem of problems) console.log(`${place.file}: ${problem}`);
      const count = Object.values({ ...table.names, ...table.members }).reduce((sum, names) => sum + Object.keys(names).length, 0);
      console.log(`${place.file}: ${count} of Python's names, ${problems.length} findings`);
      good &&= problems.length === 0 && count > 0;
    }
    return good ? 0 : 1;
  });
}
