/** Runs the programs of the guides in docs, and compares what they print with what stands below them. */

import * as fs from "node:fs";
import process from "node:process";
import { assert, describe, it, runtimeName } from "./mod.ts";
import { type Ended, runProgram } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);

/** The cases of a guide: one for each program in it. Gives its text. */
export function describeGuide(name: string): string {
  const guide = fs.readFileSync(new URL(`docs/${name}.md`, ROOT), "utf8");
  const programs = [...guide.matchAll(/^```ts\n(.*?)^```\n\n```text\n(.*?)^```/gms)];
  describe(`docs/${name}.md`, () => {
    it("shows the output of every program", () => {
      assert.ok(programs.length > 0);
      assert.equal(programs.length, guide.match(/^```ts$/gm)?.length);
    });
    for (const [at, [, program, output]] of programs.entries()) {
      it(`has a program ${at + 1} that prints what it says`, async () => {
        const { code, stdout, stderr } = await run(program!, `${name}_${at}`);
        assert.deepEqual({ code, stdout: plain(stdout), stderr }, { code: 0, stdout: plain(output!), stderr: "" });
      });
    }
  });
  return guide;
}

async function run(program: string, name: string): Promise<Ended> {
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
  return program.replaceAll('from "tsyncio/gen"', 'from "../../src/gen/mod.ts"').replaceAll('from "tsyncio"', 'from "../../mod.ts"')
    .replaceAll("`certs/", "`../../tests/net/certs/");
}

/** Hosts differ in the quotation marks, and in the blanks of what they show. */
function plain(text: string): string {
  return text.replaceAll("'", '"').replace(/\s+/g, " ").trim();
}
