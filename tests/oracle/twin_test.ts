import { asyncTwin, withImports } from "../../scripts/_oracle/twin.ts";
import { tokenize } from "../../scripts/_oracle/tokens.ts";
import { assert, describe, it } from "../_kit/mod.ts";

function twins(pairs: readonly (readonly [source: string, twin: string])[]): void {
  for (const [source, twin] of pairs) assert.equal(asyncTwin(source), twin);
}

describe("asyncTwin", () => {
  it("makes async functions of generator functions", () => {
    twins([
      ["function* a() { yield* b(); }", "async function a() { await b(); }"],
      ["export function *a(){yield*b()}", "export async function a(){await b()}"],
      ["const a = function* () { return 1; };", "const a = async function () { return 1; };"],
      ["const a = function*() { return 1; };", "const a = async function() { return 1; };"],
      [
        "start(function* named(x: number): Co<{ a: 1 }> { yield* x; });",
        "start(async function named(x: number): Co<{ a: 1 }> { await x; });",
      ],
    ]);
  });

  it("makes async methods of generator methods with a name", () => {
    twins([
      ["class A { *run() { yield* b(); } }", "class A { async run() { await b(); } }"],
      ["class A { x = 1; static * run<T>(a: T) { yield* a; } }", "class A { x = 1; static async run<T>(a: T) { await a; } }"],
      ["const o = { a, *run() { yield* b(); } };", "const o = { a, async run() { await b(); } };"],
      ["class A { *#run() {} }", "class A { async #run() {} }"],
    ]);
  });

  it("leaves async generators and methods with computed names alone, but not what is inside them", () => {
    twins([
      ["async function* a() { yield 1; yield* b; }", "async function* a() { yield 1; yield* b; }"],
      ["class A { *[Symbol.iterator]() { yield; return yield* b; } }", "class A { *[Symbol.iterator]() { yield; return yield* b; } }"],
      ["class A { async *items() { yield 1; } }", "class A { async *items() { yield 1; } }"],
      [
        "async function* a() { run(function* () { yield* b; }); yield* c; }",
        "async function* a() { run(async function () { await b; }); yield* c; }",
      ],
    ]);
  });

  it("changes code in templates, and no text", () => {
    twins([
      [
        "function* a() { emit(`x ${yield* b(`${yield* c}`)} yield* y`); }",
        "async function a() { emit(`x ${await b(`${await c}`)} yield* y`); }",
      ],
      ["// function* a\nconst s = 'yield* x'; /* *a() */", "// function* a\nconst s = 'yield* x'; /* *a() */"],
      [
        "const r = /function* [/`]/g; const q = 4 / 2; function* a() {}",
        "const r = /function* [/`]/g; const q = 4 / 2; async function a() {}",
      ],
      ["const p = a * b(c) ** d; import * as e from 'e';", "const p = a * b(c) ** d; import * as e from 'e';"],
      ["const half = list[0]! / 2 / n++ / 3; function* a() {}", "const half = list[0]! / 2 / n++ / 3; async function a() {}"],
    ]);
  });

  it("refuses a bare yield where the generator would become an async function", () => {
    assert.throws(() => asyncTwin("function* a() { yield; }"), SyntaxError);
    assert.equal(asyncTwin("const a = { yield: b.yield };"), "const a = { yield: b.yield };");
  });

  it("keeps the lines of the source", () => {
    const source = "class A {\n  *a(): Co<1> {\n    // why\n    return yield* b;\n  }\n}\n";
    assert.equal(asyncTwin(source).split("\n").length, source.split("\n").length);
  });
});

describe("withImports", () => {
  it("replaces modules where they are imported, and nowhere else", () => {
    const source = 'import { a } from "m";\nimport "m";\nexport * from "m";\nawait import("m");\nemit("m", "m/n");\n// from "m"';
    const expected =
      'import { a } from "./x.ts";\nimport "./x.ts";\nexport * from "./x.ts";\nawait import("./x.ts");\nemit("m", "m/n");\n// from "m"';
    assert.equal(withImports(source, { m: "./x.ts" }), expected);
  });
});

describe("tokenize", () => {
  it("loses nothing", () => {
    const source = "const a = `${b}\\`${{ c: `${d}` }}` + 'it\\'s' + /[/]\\//u.source; /* e */ a ??= 1_0.5e3 // f";
    assert.equal(tokenize(source).map((token) => token.text).join(""), source);
  });
});
