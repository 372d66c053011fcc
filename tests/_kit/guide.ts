/** Programs in guides: each is run, and has to print what stands below it. */

import * as fs from "node:fs";
import process from "node:process";
import { assert, describe, it, runtimeName } from "./mod.ts";
import { runProgram } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);

/** The text of a guide in docs/. */
export function readGuide(name: string): string {
  return fs.readFileSync(new URL(`docs/${name}`, ROOT), "utf8");
}

/** Cases for a guide: every program is followed by its output, and prints that. */
export function checkGuide(name: string): void {
  const guide = readGuide(name);
  const programs = [...guide.matchAll(/^```ts\n(.*?)^```\n\n```text\n(.*?)^```/gms)].map(([, program, output]) =>
    [program!, output!] as const
  );

  describe(`docs/${name}`, () => {
    it("shows the output of every program", () => {
      assert.equal(programs.length, guide.match(/^```ts$/gm)?.length);
    });

    for (const [at, [program, output]] of programs.entries()) {
      it(`has a program ${at + 1} that prints what it says`, async () => {
        const { code, stdout, stderr } = await run(program, `${name.replace(".md", "")}_${at}`);
        assert.deepEqual({ code, stdout: plain(stdout), stderr }, { code: 0, stdout: plain(output), stderr: "" });
      });
    }
  });
}

async function run(program: string, name: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const folder = new URL(".work/guide/", ROOT);
  fs.mkdirSync(folder, { recursive: true });
  // The suites of several runtimes may run side by side.
  const file = new URL(`${runtimeName}_${process.pid}_${name}.ts`, folder);
  fs.writeFileSync(file, withSources(program));
  try {
    return await runProgram(file);
  } finally {
    fs.rmSync(file);
  }
}

/** With the modules and the certificates of this folder. */
function withSources(program: string): string {
  return program
    .replaceAll('from "tsyncio/gen"', 'from "../../src/gen/mod.ts"')
    .replaceAll('from "tsyncio/testing"', 'from "../../src/testing/mod.ts"')
    .replaceAll('from "tsyncio"', 'from "../../mod.ts"')
    .replaceAll("`certs/", "`../../tests/net/certs/");
}

/** Hosts differ in the quotation marks, and in the blanks of what they show. */
function plain(text: string): string {
  return text.replaceAll("'", '"').replace(/\s+/g, " ").trim();
}
