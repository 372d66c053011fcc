import * as fs from "node:fs";
import process from "node:process";
import { assert, describe, it, runtimeName } from "./_kit/mod.ts";
import { runProgram } from "./_kit/program.ts";

const ROOT = new URL("../", import.meta.url);

describe("README.md", () => {
  it("has an example that runs", async () => {
    const readme = fs.readFileSync(new URL("README.md", ROOT), "utf8");
    const example = /^```ts\n(.*?)^```/ms.exec(readme)?.[1] ?? "";
    const folder = new URL(".work/readme/", ROOT);
    fs.mkdirSync(folder, { recursive: true });
    // The suites of several runtimes may run side by side.
    const file = new URL(`${runtimeName}_${process.pid}.ts`, folder);
    fs.writeFileSync(file, example.replace('from "tsyncio"', 'from "../../mod.ts"'));
    try {
      const { code, stdout, stderr } = await runProgram(file);
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "hello\n", stderr: "" });
    } finally {
      fs.rmSync(file);
    }
  });
});
