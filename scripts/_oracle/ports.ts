/** Finds the ports in a folder, and what their first lines say about them. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Colour } from "./twin.ts";

/** The library's version of one scenario. */
export interface Port {
  /** `NNN_topic_name`, as the scenario and its trace are called. */
  readonly name: string;
  /** The name of its file in the folder of ports. */
  readonly file: string;
  /** The one form that it has, where it has only one. */
  readonly only?: Colour;
  /** Why it has one form. */
  readonly reason?: string;
  /** Hosts that cannot do what it needs, each with the reason. */
  readonly notOn: Readonly<Record<string, string>>;
  /** Whether it asks for a process of its own. */
  readonly alone: boolean;
}

const NAMED = /^(\d{3,4}_[a-z0-9]+_\w+)\.m?[jt]s$/;
const EXPORTS_MAIN = /^export\s+(?:async\s+)?(?:function|const)\s+main\b|^export\s*\{[^}]*\bmain\b/m;
const ONE_FORM = /^\/\/ (generator|async) only: (.+)$/m;
const NOT_ON = /^\/\/ not on (deno|bun|node): (.+)$/gm;
const ALONE = /^\/\/ own process\b/m;

/** The ports of a folder, by number. A file that is named like one but exports no `main` belongs to a port beside it. */
export function findPorts(folder: string): Port[] {
  const files = fs.readdirSync(folder).filter((file) => NAMED.test(file)).sort();
  return files.flatMap((file) => {
    const source = fs.readFileSync(path.join(folder, file), "utf8");
    return EXPORTS_MAIN.test(source) ? [readPort(file, source)] : [];
  });
}

/** Whether a file says that it is a generator's whatever the colour of the run. */
export function isGeneratorOnly(source: string): boolean {
  return ONE_FORM.exec(heading(source))?.[1] === "generator";
}

/** Whether `word` names the port: its number, the beginning of it, its topic, or its name. */
export function matches(port: Port, word: string): boolean {
  const [number, topic] = port.name.split("_");
  if (/^\d+$/.test(word)) return number?.startsWith(word) || Number(number) === Number(word);
  return port.name === word || topic === word;
}

/** Why the port is not for this runtime; undefined where it is. */
export function whyNotOn(port: Port, runtime: string): string | undefined {
  return port.notOn[runtime.replace(/\d+$/, "")];
}

/** The trace that a form of the port has to write; undefined where there is none. A twin may have one of its own. */
export function expectedTrace(folder: string, port: Port, colour: Colour): string[] | undefined {
  const names = colour === "async" ? [`${port.name}.async.txt`, `${port.name}.txt`] : [`${port.name}.txt`];
  const file = names.map((name) => path.join(folder, name)).find((name) => fs.existsSync(name));
  return file === undefined ? undefined : linesOf(fs.readFileSync(file, "utf8"));
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function readPort(file: string, source: string): Port {
  const top = heading(source);
  const [, only, reason] = ONE_FORM.exec(top) ?? [];
  return {
    name: NAMED.exec(file)?.[1] as string,
    file,
    notOn: Object.fromEntries([...top.matchAll(NOT_ON)].map(([, host, why]) => [host, why])),
    alone: ALONE.test(top),
    ...(only === undefined || reason === undefined ? {} : { only: only as Colour, reason }),
  };
}

/** The comment lines at the top of the file. */
function heading(source: string): string {
  return /^(?:\/\/[^\n]*(?:\n|$))*/.exec(source)?.[0] ?? "";
}
