/** The tables of names, tests/api/*_names.json: what Python's names are called here, and which names are our own. */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { ROOT } from "./files.ts";

/**
 * A name of asyncio: what it is called here; or that, with the area of the library that will bring it; or why it is absent.
 */
export type NameEntry = string | { readonly name: string; readonly later: string } | { readonly absent: string };

/** Why there is a name that asyncio lacks; with the area that will bring it where it is not there yet. */
export type OwnEntry = string | { readonly later: string; readonly why: string };

/** By asyncio's names. */
export type Names = Readonly<Record<string, NameEntry>>;

/** The table. */
export interface NameTable {
  /** Words that Python runs together, and how they are split. */
  readonly words: Readonly<Record<string, string>>;
  /** By module of Python. */
  readonly names: Readonly<Record<string, Names>>;
  /** By our class or interface. */
  readonly members: Readonly<Record<string, Names>>;
  readonly own: {
    readonly names: Readonly<Record<string, OwnEntry>>;
    readonly members: Readonly<Record<string, Readonly<Record<string, OwnEntry>>>>;
  };
}

/** Where a table is, and the entry point that it is of; both from the root. */
export interface TablePlace {
  readonly file: string;
  readonly entry: string;
}

/** All of them. */
export const NAME_TABLES: readonly TablePlace[] = [
  { file: "tests/api/asyncio_names.json", entry: "mod.ts" },
  { file: "tests/api/tornado_gen_names.json", entry: "src/gen/mod.ts" },
];

/** Reads one. */
export async function readNameTable({ file }: TablePlace): Promise<NameTable> {
  return JSON.parse(await fs.readFile(path.join(ROOT, file), "utf8")) as NameTable;
}

/** What an entry is called here; undefined where it is absent. */
export function nameOf(entry: NameEntry): string | undefined {
  if (typeof entry === "string") return entry;
  return "name" in entry ? entry.name : undefined;
}

/** The area that will bring it; undefined where it must be there. */
export function areaOf(entry: NameEntry | OwnEntry): string | undefined {
  return typeof entry === "object" && "later" in entry ? entry.later : undefined;
}
