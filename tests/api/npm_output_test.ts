import { finishDeclarations } from "../../scripts/_npm/declarations.ts";
import { packageJson } from "../../scripts/_npm/plan.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("the declarations of the npm package", () => {
  it("name modules as they are when they run", () => {
    const text =
      `import { a } from "./a.ts";\nexport type { B } from '../b.ts';\nexport declare const c: import("./c.ts").C;\nimport "node:net";\n`;
    assert.equal(
      finishDeclarations(text),
      `import { a } from "./a.js";\nexport type { B } from "../b.js";\nexport declare const c: import("./c.js").C;\nimport "node:net";\n`,
    );
  });

  it("do not say what classes implement", () => {
    const text =
      `export declare class A<T extends { a: 1 } = { a: 1 }> extends B<{ b: 1 }> implements C<{ c: T }>, D {\n    implements(): void;\n}\n` +
      `declare abstract class E implements F {\n}\nexport declare class G {\n}\n/** class that implements nothing {} */\n`;
    assert.equal(
      finishDeclarations(text),
      `export declare class A<T extends { a: 1 } = { a: 1 }> extends B<{ b: 1 }> {\n    implements(): void;\n}\n` +
        `declare abstract class E {\n}\nexport declare class G {\n}\n/** class that implements nothing {} */\n`,
    );
  });

  it("ask for the library of disposables where they use it", () => {
    const asked = `/// <reference lib="esnext.disposable" />\n`;
    const text = `export declare class A {\n    [Symbol.asyncDispose](): Promise<void>;\n}\n`;
    assert.equal(finishDeclarations(text), asked + text);
    assert.equal(finishDeclarations(asked + text), asked + text);
    assert.equal(finishDeclarations(`export interface P extends Disposable {\n}\n`).startsWith(asked), true);
  });
});

describe("the package.json of the npm package", () => {
  it("has an export with types for each entry", () => {
    const entries = [{ name: ".", source: "./mod.ts" }, { name: "./gen", source: "./src/gen/mod.ts" }];
    const { exports, sideEffects, version } = packageJson({ version: "1.2.3", entries, folder: "npm" });
    assert.equal(version, "1.2.3");
    assert.deepEqual(sideEffects, ["./esm/src/without_io/event_loop.js", "./esm/src/event_loop.js"]);
    assert.deepEqual(exports, {
      ".": { types: "./esm/mod.d.ts", import: "./esm/mod.js" },
      "./gen": { types: "./esm/src/gen/mod.d.ts", import: "./esm/src/gen/mod.js" },
      "./package.json": "./package.json",
    });
  });
});
