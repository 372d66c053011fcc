import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Run, runBatch } from "../../scripts/_oracle/batch.ts";
import { unifiedDifference } from "../../scripts/_oracle/difference.ts";
import { writeForms } from "../../scripts/_oracle/forms.ts";
import { findPorts, matches, type Port, whyNotOn } from "../../scripts/_oracle/ports.ts";
import { afterEach, assert, beforeEach, describe, it, runtimeName } from "../_kit/mod.ts";

const CHILD = fileURLToPath(new URL("../../scripts/_oracle/child.ts", import.meta.url));
const LIMIT_MS = 1500;

let folder = "";

function write(name: string, text: string): void {
  const file = path.join(folder, "ports", name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

function runPorts(): Promise<Run[]> {
  const jobs = findPorts(path.join(folder, "ports")).map(({ name, file }) => ({ name, file: path.join(folder, "ports", file) }));
  const flags = runtimeName === "deno" ? ["run", "-A", "--no-check"] : [];
  return runBatch((list) => [process.execPath, ...flags, CHILD, list], jobs, LIMIT_MS);
}

function mainOf(body: string): string {
  return `export async function main(emit: (...parts: unknown[]) => void): Promise<void> { ${body} }\n`;
}

describe("oracle harness", () => {
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "oracle-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("goes on with the rest when a port blocks, hangs or ends the process", async () => {
    write("001_a_fine.ts", mainOf(`emit("a", [1]); console.log("half a line");`));
    write("002_a_blocks.ts", mainOf(`emit("begun"); for (;;);`));
    write("003_a_exits.ts", mainOf(`emit("begun"); (await import("node:process")).default.exit(3);`));
    write("004_a_fine.ts", mainOf(`emit("b");`));
    const runs = await runPorts();
    assert.deepEqual(runs.map(({ name, trace }) => [name, trace]), [
      ["001_a_fine", ["a [1]"]],
      ["002_a_blocks", ["begun"]],
      ["003_a_exits", ["begun"]],
      ["004_a_fine", ["b"]],
    ]);
    const told = runs.map(({ errors }) => errors.join());
    assert.deepEqual(told, ["", "the process did not go on within 1.5 s", "the process ended with exit code 3", ""]);
    assert.equal(runs[0]?.output, "half a line");
  }, { sanitize: false });

  it("fails a port that leaves an error to nobody", async () => {
    write("001_a_rejects.ts", mainOf(`void Promise.reject(new Error("left alone")); emit("a");`));
    write("002_a_throws.ts", mainOf(`await new Promise((go) => setTimeout(() => { go(0); throw new Error("thrown"); }, 0));`));
    write("003_a_fails.ts", mainOf(`throw new Error("main's");`));
    const told = (await runPorts()).map(({ errors }) => errors.map((error) => error.split("\n")[0]));
    assert.deepEqual(told, [["unhandled: Error: left alone"], ["unhandled: Error: thrown"], ["main failed: Error: main's"]]);
  }, { sanitize: false });

  it("mirrors the folder in both forms, data and helpers included", () => {
    const target = path.join(folder, "out");
    write("001_a_port.ts", `import { x } from "tsyncio/gen";\n` + mainOf("function* a() { yield* x; }"));
    write("002_a_bare.ts", mainOf("function* a() { yield; }"));
    write("data/text.txt", "yield* x");
    const failures = writeForms(path.join(folder, "ports"), target, "async", { "tsyncio/gen": path.join(folder, "src/gen.ts") });
    assert.equal(
      fs.readFileSync(path.join(target, "001_a_port.ts"), "utf8"),
      `import { x } from "../src/gen.ts";\n` + mainOf("async function a() { await x; }"),
    );
    assert.equal(fs.readFileSync(path.join(target, "data/text.txt"), "utf8"), "yield* x");
    assert.deepEqual([...failures.keys()], ["002_a_bare.ts"]);
    fs.rmSync(path.join(folder, "ports/data"), { recursive: true });
    writeForms(path.join(folder, "ports"), target, "generator", {});
    assert.equal(fs.existsSync(path.join(target, "data/text.txt")), false);
  });

  it("reads what a port's first lines say, and takes no helper for a port", () => {
    write("010_topic_one.ts", `// generator only: because\n// not on deno: it cannot\n// own process\n${mainOf("")}`);
    write("011_topic_two.ts", mainOf("// own process"));
    write("010_topic_worker.ts", "export const value = 1;\n");
    assert.deepEqual(findPorts(path.join(folder, "ports")), [
      { name: "010_topic_one", file: "010_topic_one.ts", only: "generator", reason: "because", notOn: { deno: "it cannot" }, alone: true },
      { name: "011_topic_two", file: "011_topic_two.ts", notOn: {}, alone: false },
    ]);
  });
});

describe("matches", () => {
  it("knows a port by its number, the beginning of it, its topic and its name", () => {
    const port: Port = { name: "045_future_flow", file: "045_future_flow.ts", alone: false, notOn: {} };
    for (const word of ["045", "45", "04", "future", "045_future_flow"]) assert.ok(matches(port, word), word);
    for (const word of ["5", "446", "flow", "futur"]) assert.ok(!matches(port, word), word);
  });
});

describe("whyNotOn", () => {
  it("knows the host of each runtime, and that others are not meant", () => {
    const port: Port = { name: "045_future_flow", file: "045_future_flow.ts", alone: false, notOn: { node: "it cannot" } };
    for (const runtime of ["node22", "node24", "node26"]) assert.equal(whyNotOn(port, runtime), "it cannot");
    for (const runtime of ["deno", "bun"]) assert.equal(whyNotOn(port, runtime), undefined);
  });
});

describe("unifiedDifference", () => {
  it("is empty for equal traces", () => {
    assert.deepEqual(unifiedDifference(["a", "b"], ["a", "b"]), []);
  });

  it("shows the changes with the lines around them", () => {
    const expected = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const written = ["a", "b", "c", "d", "X", "f", "g", "h", "i"];
    assert.deepEqual(unifiedDifference(expected, written), [
      "--- expected",
      "+++ written",
      "@@ -2,7 +2,8 @@",
      ...[" b", " c", " d", "-e", "+X", " f", " g", " h", "+i"],
    ]);
  });
});
