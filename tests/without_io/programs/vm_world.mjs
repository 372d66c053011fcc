/**
 * A realm of its own, with nothing but the language and what the core may name: a name that is not there is a ReferenceError. The modules are the
 * sources, without their types. Prints what tasks.ts finds there, as JSON. Needs `--experimental-vm-modules`.
 */

import * as fs from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { createContext, SourceTextModule } from "node:vm";

const { console, AbortController, AbortSignal, performance, setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
const context = createContext({ console, AbortController, AbortSignal, performance, setTimeout, clearTimeout, setInterval, clearInterval });
const modules = new Map();

function load(url) {
  if (!modules.has(url.href)) modules.set(url.href, compile(url));
  return modules.get(url.href);
}

async function compile(url) {
  const source = stripTypeScriptTypes(await fs.readFile(url, "utf8"));
  return new SourceTextModule(source, { context, identifier: url.href });
}

const tasks = await load(new URL("./tasks.ts", import.meta.url));
await tasks.link((specifier, { identifier }) => load(new URL(specifier, identifier)));
await tasks.evaluate();
const { followsAwait, results } = tasks.namespace;
console.log(JSON.stringify({ left: [], followsAwait: await followsAwait(), ...await results() }));
