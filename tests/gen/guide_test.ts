import * as fs from "node:fs";
import process from "node:process";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";

const ROOT = new URL("../../", import.meta.url);
const guide = fs.readFileSync(new URL("docs/gen.md", ROOT), "utf8");

/** The programs of the guide, each with the output that stands below it. */
const programs = [...guide.matchAll(/^```ts\n(.*?)^```\n\n```text\n(.*?)^```/gms)].map(([, program, output]) =>
  [program!, output!] as const
);

const withSources = (program: string): string =>
  program.replaceAll('from "tsyncio/gen"', 'from "../../src/gen/mod.ts"').replaceAll('from "tsyncio"', 'from "../../mod.ts"');

/** Hosts differ in the quotation marks, and in the blanks of what they show. */
const plain = (text: string): string => text.replaceAll("'", '"').replace(/\s+/g, " ").trim();

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

describe("docs/gen.md", () => {
  it("shows the output of every program", () => {
    assert.equal(programs.length, guide.match(/^```ts$/gm)?.length);
    assert.ok(programs.length >= 4);
  });

  it("names what is absent", () => {
    for (const name of ["engine", "Callback", "Wait", "WaitAll"]) assert.ok(guide.includes(`gen.${name}`), name);
  });

  for (const [at, [program, output]] of programs.entries()) {
    it(`has a program ${at + 1} that prints what it says`, async () => {
      const { code, stdout, stderr } = await run(program, String(at));
      assert.deepEqual({ code, stdout: plain(stdout), stderr }, { code: 0, stdout: plain(output), stderr: "" });
    });
  }
});
