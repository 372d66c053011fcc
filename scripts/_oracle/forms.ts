/** Writes the forms of the ports as real files, since workers and child processes load them by URL too. */

import * as fs from "node:fs";
import * as path from "node:path";
import process from "node:process";
import { isGeneratorOnly } from "./ports.ts";
import { asyncTwin, type Colour, type Imports, withImports } from "./twin.ts";

/** What the names of the package's entry points stand for: their source files. */
export type Entries = Readonly<Record<string, string>>;

const PACKAGE = "tsyncio";
const CODE = /\.m?[jt]s$/;

/** Reads the entry points from deno.json: `tsyncio`, `tsyncio/gen` … and the files that they are. */
export function readEntries(root: string): Entries {
  const { exports } = JSON.parse(fs.readFileSync(path.join(root, "deno.json"), "utf8")) as { exports: string | Record<string, string> };
  const entries = Object.entries(typeof exports === "string" ? { ".": exports } : exports);
  return Object.fromEntries(entries.map(([name, file]) => [path.posix.join(PACKAGE, name), path.join(root, file)]));
}

/**
 * Mirrors the folder `ports` in `target` in the form of one colour: code is rewritten, everything else is copied.
 * Returns what could not be rewritten, by file name in `ports`, with the reason.
 */
export function writeForms(ports: string, target: string, colour: Colour, entries: Entries): Map<string, string> {
  const failures = new Map<string, string>();
  const names = fs.readdirSync(ports, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => fs.statSync(path.join(ports, name)).isFile());
  for (const name of files) {
    const from = path.join(ports, name);
    const to = path.join(target, name);
    try {
      const text = fs.readFileSync(from);
      writeIfChanged(to, CODE.test(name) ? Buffer.from(rewrite(text.toString(), to, colour, entries)) : text, fs.statSync(from).mode);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      failures.set(name, error.message);
      fs.rmSync(to, { force: true });
    }
  }
  removeOthers(target, new Set(files));
  return failures;
}

function rewrite(source: string, to: string, colour: Colour, entries: Entries): string {
  const imports: Imports = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, relativeSpecifier(path.dirname(to), file)]),
  );
  const text = withImports(source, imports);
  return colour === "generator" || isGeneratorOnly(source) ? text : asyncTwin(text);
}

function relativeSpecifier(from: string, to: string): string {
  const relative = path.relative(from, to).split(path.sep).join("/");
  return relative.startsWith(".") ? relative : `./${relative}`;
}

/** In one step, so that a run of the harness beside this one never reads half a file. */
function writeIfChanged(file: string, text: Uint8Array, mode: number): void {
  if (fs.existsSync(file) && fs.readFileSync(file).equals(text)) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  fs.writeFileSync(fresh, text, { mode });
  fs.renameSync(fresh, file);
}

function removeOthers(folder: string, wanted: ReadonlySet<string>): void {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = path.join(folder, name);
    if (!wanted.has(name) && !name.endsWith(".new") && fs.statSync(file).isFile()) fs.rmSync(file);
  }
}
