import { checkHostless } from "../../scripts/_check/hostless.ts";
import { importTimeOf } from "../../scripts/_check/import_time.ts";
import { importsOf } from "../../scripts/_check/imports.ts";
import { tokenize } from "../../scripts/_check/tokens.ts";
import { checkLayers } from "../../scripts/check_layers.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** A small tree in which nothing is wrong. */
const GOOD: Readonly<Record<string, string>> = {
  "mod.ts": `export { Lock } from "./src/sync/lock.ts";\nexport type { Host } from "./src/runtime/host.ts";\n`,
  "src/_internal/deque.ts": `export class Deque {}\n`,
  "src/errors.ts": `export class CancelledError extends Error {}\n`,
  "src/runtime/host.ts": `declare const token: unique symbol;\nexport interface Host { readonly process: string; fetch(): void }\n`,
  "src/core/mod.ts": `export { Future } from "./future.ts";\n`,
  "src/core/future.ts":
    `import { Deque } from "../_internal/deque.ts";\nimport type { Host } from "../runtime/host.ts";\nexport class Future { host: Host = new Deque() }\n`,
  "src/sync/lock.ts": `import { Future } from "../core/mod.ts";\nexport class Lock { future = new Future() }\n`,
  "src/adapters/node.ts":
    `import type { Socket } from "node:net";\nexport function open(): Socket { return process.getBuiltinModule("node:net").connect(1); }\n`,
};

/** What is wrong with that tree after `changes`, as `file: problem`. */
function problems(changes: Readonly<Record<string, string>>): string[] {
  const files = new Map(Object.entries({ ...GOOD, ...changes }));
  return checkLayers(files, []).map(({ file, problem }) => `${file}: ${problem}`);
}

function fails(changes: Readonly<Record<string, string>>, ...expected: RegExp[]): void {
  const found = problems(changes);
  assert.equal(found.length, expected.length, found.join("\n"));
  expected.forEach((pattern, index) => assert.match(found[index] ?? "", pattern));
}

describe("the check of the layers", () => {
  it("finds nothing in a tree that keeps the rules", () => {
    assert.deepEqual(problems({}), []);
  });

  it("refuses an import from a higher layer, types included", () => {
    fails({ "src/core/future.ts": `import { Lock } from "../sync/lock.ts";` }, /core may not import sync/, /imports itself/);
    fails({ "src/core/task.ts": `import type { Lock } from "../sync/lock.ts";` }, /^src\/core\/task.ts: core may not import sync/);
    fails({ "src/_internal/heap.ts": `export type { CancelledError } from "../errors.ts";` }, /_internal may not import errors/);
    fails({ "src/adapters/deno.ts": `import { Future } from "../core/mod.ts";` }, /adapters may not import core/);
    fails({ "src/net/server.ts": `import { open } from "../adapters/node.ts";` }, /net may not import adapters/);
    fails({ "src/testing/mod.ts": `export {};`, "src/sync/event.ts": `import "../testing/mod.ts";` }, /sync may not import testing/);
  });

  it("lets nobody but the loop, the runner and the test kit choose the runtime", () => {
    const chooser = { "src/adapters/default_runtime.ts": `export const name = "node";` };
    const text = `import { name } from "./adapters/default_runtime.ts";`;
    assert.deepEqual(problems({ ...chooser, "src/runner.ts": text }), []);
    fails({ ...chooser, "src/net/server.ts": text.replace("./", "../") }, /net may not import adapters/);
    fails({ "src/runner.ts": `import { open } from "./adapters/node.ts";` }, /runner may not import adapters/);
  });

  it("wants `import type` where only types are allowed", () => {
    fails({ "src/core/future.ts": `import { type Host } from "../runtime/host.ts";` }, /core may only use `import type` of runtime/);
    fails(
      { "src/runtime/host.ts": `import { Deque } from "../_internal/deque.ts";\nexport const LIMIT = 1;` },
      /runtime may only use `import type`/,
      /imports .* without `type`/,
      /a const is left at run time/,
    );
  });

  it("lets the layers above the kernel see its face only", () => {
    fails({ "src/sync/lock.ts": `import { Future } from "../core/future.ts";` }, /of core only src\/core\/mod.ts may be imported/);
  });

  it("finds cycles, and shows the way", () => {
    fails(
      {
        "src/core/a.ts": `import type { B } from "./b.ts";`,
        "src/core/b.ts": `export { C } from "./c.ts";`,
        "src/core/c.ts": `import "./a.ts";`,
      },
      /src\/core\/a.ts → src\/core\/b.ts → src\/core\/c.ts → src\/core\/a.ts/,
    );
    fails({ "src/core/a.ts": `import { a } from "./a.ts";` }, /src\/core\/a.ts → src\/core\/a.ts/);
  });

  it("wants a row of the table for each file, a file for each import, and names in entries", () => {
    fails({ "src/extras/x.ts": "" }, /it has no place in the table of layers/);
    fails({ "src/core/a.ts": `import "./none.ts";` }, /there is no src\/core\/none.ts/);
    fails({ "mod.ts": `export * from "./src/core/mod.ts";` }, /an entry names what it exports/);
    fails({ "src/core/a.ts": `export const load = () => import("./future.ts");` }, /dynamically/);
    fails({ "src/core/a.ts": `export const load = (name: string) => import(name);` }, /whose name is computed/);
    fails({ "src/core/a.ts": `import chalk from "chalk";` }, /no dependencies/);
  });

  it("keeps the hosts out of everything but the adapters", () => {
    fails({ "src/net/a.ts": `export const now = () => process.hrtime();` }, /names the host's process: only adapters may/);
    fails({ "src/net/a.ts": `export const f = () => load("node:net");` }, /names "node:net": only adapters may/);
    fails({ "src/net/a.ts": `import type { Socket } from "node:net";` }, /only adapters know modules of hosts/);
    fails({ "src/adapters/a.ts": `import * as net from "node:net";` }, /reached inside functions/);
    fails({ "src/core/a.ts": `export const f = (x: URL) => setTimeout(x, 1);` }, /the host's URL/, /the host's setTimeout/);
    assert.deepEqual(problems({ "src/net/a.ts": `export const f = (text: string): URL => new URL(text);` }), []);
    assert.deepEqual(problems({ "src/core/a.ts": `export const f = () => new WeakRef(new AbortController().signal);` }), []);
  });

  it("does not take members, parameters and own declarations for the host's", () => {
    const text = `export class Event { process = 1; fetch(): void { this.process; } }\n` +
      `export const f = (event: Event) => ({ process: 1, self: event?.fetch() }); // process, "Deno"\nexport const s = "process";`;
    assert.deepEqual(problems({ "src/core/a.ts": text }), []);
    fails({ "src/core/a.ts": `export const f = (on: boolean) => on ? process : fetch(1);` }, /the host's process/, /the host's fetch/);
    fails({ "src/core/a.ts": "export const f = () => `${a ? `${Deno}` : 1}`;" }, /the host's Deno/);
  });

  it("wants the mark that keeps dnt from putting a proxy in the place of globalThis", () => {
    const text = "export function globals(): object {\n  // dnt-shim-ignore\n  return globalThis;\n}\n";
    assert.deepEqual(problems({ "src/adapters/a.ts": text }), []);
    fails({ "src/adapters/a.ts": text.replace("  // dnt-shim-ignore\n", "") }, /has to be: \/\/ dnt-shim-ignore/);
  });

  it("wants all errors in one file", () => {
    fails({ "src/sync/a.ts": `export class Broken extends RuntimeError {}` }, /defines the error class Broken/);
  });

  it("refuses an exception that excepts nothing", () => {
    const files = new Map(Object.entries({ ...GOOD, "src/core/a.ts": "let n = 0;" }));
    const exception = { file: "src/core/a.ts", name: "n", reason: "a test" };
    assert.deepEqual(checkLayers(files, [exception]), []);
    files.set("src/core/a.ts", "");
    assert.match(checkLayers(files, [exception])[0]?.problem ?? "", /needed no more/);
    files.delete("src/core/a.ts");
    assert.deepEqual(checkLayers(files, [exception]), []);
  });
});

describe("what happens at import", () => {
  const names = (text: string) => importTimeOf(tokenize(text)).map(({ name, problem }) => `${name}: ${problem}`);

  it("is nothing for declarations and constants of the language", () => {
    const harmless = [
      `import a from "a"; import type { B } from "b"; export { c } from "c"; export { d }; export type { E };`,
      `export function f(): { a: 1 } { g(); } export function h(): void; export function h(a?: string): void { g(a); }`,
      `function* generate<T extends { a: 1 }>(a: { b: 1 }): Generator<{ c: 1 }> { yield* a(); } async function wait() { await g(); }`,
      `interface I { a: 1 } type T = { b: 1 } | { c: () => void }; declare const u: unique symbol; export abstract class Z { abstract x(): void; }`,
      `const limit = 2 ** 31 - 1; const key = Symbol("key"); const names = ["a", "b"] as const; const frozen = Object.freeze({ a: 1 }); const none: TaskOptions = {};`,
      `const table: Readonly<Record<string, () => void>> = { a: () => g(), b() { g(); }, c(): void { g(); }, d: function () { g(); } };`,
      `type Fixed = ReadonlySet<string>; const fixed: Fixed = new Set<string>(["a"]); const map: ReadonlyMap<string, number> = new Map();`,
      `const arrow = (a = g()) => { g(); }; const other = async (x: number): Promise<void> => { await g(x); }; const short = (x: number) => g(x);`,
      `export class K extends L<{ a: 1 }> { static readonly M = 1; static async go() { g(); } readonly f = g(); static get p() { return g(); } #q = new Map(); }`,
    ];
    for (const text of harmless) assert.deepEqual(names(text), [], text);
  });

  it("is told for statements, calls and state", () => {
    assert.deepEqual(names("let a = 1; export var b;").length, 2);
    assert.deepEqual(names("const map = new Map(); const list: string[] = []; const record = { a: 1 };").length, 3);
    assert.deepEqual(names("const value = compute(1);"), ["value: value: compute is called at import"]);
    assert.deepEqual(names("const value = { a: [make<{ b: 1 }>(1)] as const } as const;").length, 1);
    assert.deepEqual(names("const loop = new Loop(); register(loop); slot.make = () => loop; if (a) { b(); } await c;").length, 5);
    assert.deepEqual(names("class K { static #n = 0; static readonly m = g(); static { g(); } static readonly s = new Map(); }").length, 4);
    assert.deepEqual(names("register(\n  1,\n);\nconst a = 1;"), ["register: a statement runs at import: register"]);
  });
});

describe("an entry for hosts that are not known", () => {
  const entry = "src/without_io/mod.ts";
  const web = { "src/adapters/web.ts": `import { now } from "./shared/host.ts";\nexport const runtime = () => now();` };
  const host = { "src/adapters/shared/host.ts": `export const now = () => globalThis.performance.now();` };
  const found = (files: Readonly<Record<string, string>>): string[] =>
    checkHostless(new Map(Object.entries(files)), entry).map(({ file, problem }) => `${file}: ${problem}`);

  it("may load adapters that make do with what there is, and types of what it does not load", () => {
    const text = `import type { Socket } from "../net/socket.ts";\nimport { runtime } from "../adapters/web.ts";\nexport { runtime };`;
    assert.deepEqual(found({ [entry]: text, ...web, ...host, "src/net/socket.ts": `fetch("/");` }), []);
  });

  it("loads nothing that names a host, however far away", () => {
    const far = { [entry]: `export { a } from "../a.ts";`, "src/a.ts": `export { b as a } from "./b.ts";` };
    assert.match(found({ ...far, "src/b.ts": `export const b = () => process.pid;` }).join("\n"), /^src\/b.ts: .* names process$/);
    assert.match(found({ ...far, "src/b.ts": `export const b = new URL("/");` }).join("\n"), /^src\/b.ts: .* names URL$/);
    assert.match(found({ ...far, "src/b.ts": `export const b = load("node:fs");` }).join("\n"), /^src\/b.ts: .* names "node:fs"$/);
    assert.match(found({ ...far, "src/b.ts": `export { b } from "left-pad";` }).join("\n"), /^src\/b.ts: .* imports left-pad$/);
    assert.match(
      found({ ...far, "src/b.ts": `import "./adapters/node.ts";`, "src/adapters/node.ts": `export {};` }).join("\n"),
      /^src\/adapters\/node.ts: .* \(by way of src\/b.ts\), and it knows its host$/,
    );
  });
});

describe("the reader of imports", () => {
  it("tells the kinds apart", () => {
    const text =
      `import a, { b } from "1"; import type from "2"; import type C from "3"; export type * from "4"; export { d }; export * as e from "5";\n` +
      `export const f = () => import("6"); type G = typeof import("7"); x.import("no"); import.meta.url; const s = "import 'no'";`;
    const found = importsOf(tokenize(text)).map(({ specifier, kind, typeOnly, star }) =>
      `${specifier} ${kind}${typeOnly ? " type" : ""}${star ? " star" : ""}`
    );
    assert.deepEqual(found, ["1 import", "2 import", "3 import type", "4 export type star", "5 export star", "6 dynamic", "7 dynamic"]);
  });

  it("is not led astray by regular expressions, templates and comments", () => {
    const text = "const a = /[\"'`/]/.test(b) / c; const d = `${`}` + \"{\"}`; /* import 'x' */ // import 'y'\nimport \"z\";";
    assert.deepEqual(importsOf(tokenize(text)).map(({ specifier, line }) => [specifier, line]), [["z", 2]]);
  });
});
