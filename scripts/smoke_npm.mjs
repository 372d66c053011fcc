/**
 * The smoke test of the built package: installs npm/ by name into a folder of its own under .work/ and uses it there.
 *
 *     node scripts/smoke_npm.mjs                          on the runtime that runs it: Node 20 or newer, Bun or Deno
 *     node scripts/smoke_npm.mjs --runtime all            on those of the toolchain
 *     node scripts/smoke_npm.mjs --runtime bun,node20
 *
 * The last line is `N passed, N failed`; the exit code is 1 when anything failed. Needs what `deno task build:npm` has made.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describeFailure, installTools, toolPath } from "./toolchain.mjs";

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} executable
 */

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const PACKAGE = path.join(ROOT, "npm");
const PROGRAMS = path.join(ROOT, "scripts", "_smoke");
const RUNTIMES = ["deno", "bun", "node20", "node22", "node24", "node26"];
const WINDOWS = process.platform === "win32";
const LIMIT_MS = 20_000;

let passed = 0;
let failed = 0;

/**
 * @param {string} name a sentence that states the fact
 * @param {() => Promise<void>} body
 */
async function test(name, body) {
  try {
    await body();
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${String(error instanceof Error ? error.stack : error).replace(/^/gm, "  | ")}`);
  }
}

/**
 * Runs a command; what ends badly, or not in time, is an error with all that it wrote.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} folder
 * @returns {Promise<string>} its standard output
 */
function succeed(file, args, folder) {
  return new Promise((resolve, reject) => {
    const { TSYNCIO_DEBUG: _debug, ...inherited } = process.env;
    const child = spawn(file, args, {
      cwd: folder,
      env: { ...inherited, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      shell: WINDOWS && file === "npm",
    });
    let stdout = "";
    let output = "";
    const take = (/** @type {Buffer} */ chunk) => output += chunk;
    child.stdout.on("data", (chunk) => stdout += chunk).on("data", take);
    child.stderr.on("data", take);
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    const command = `${path.basename(file)} ${args.join(" ")}`;
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      if (code === 0) return resolve(stdout);
      const how = signal === "SIGKILL" ? `did not end within ${LIMIT_MS / 1000} s` : `ended with ${signal ?? code}`;
      reject(new Error(`${command} ${how}\n${output}`));
    });
  });
}

/** Nothing in the package is a shim or lowered, and what package.json names is there. */
async function checkContents() {
  const files = (await fs.readdir(PACKAGE, { recursive: true })).filter((file) => /\.(js|ts|json)$/.test(file));
  const texts = await Promise.all(files.map(async (file) => [file, await fs.readFile(path.join(PACKAGE, file), "utf8")]));
  for (const [file, text] of texts) {
    for (const mark of ["_dnt", "__classPrivateField", "tslib", "__awaiter", "__addDisposableResource", ROOT]) {
      assert.ok(!`${file}\n${text}`.includes(mark), `${file} holds ${mark}`);
    }
    const code = text.replaceAll(`typeof import("./work.ts")`, ""); // of an example that is the user's
    assert.doesNotMatch(code, /\b(from|import) ?\(?"\.[^"]*\.ts"/, `${file} imports a source`);
  }
  const { name, type, license, engines, exports, sideEffects } = JSON.parse(await fs.readFile(path.join(PACKAGE, "package.json"), "utf8"));
  assert.deepEqual({ name, type, license, engines }, { name: "tsyncio", type: "module", license: "MIT", engines: { node: ">=20" } });
  const named = Object.values(exports).flatMap((target) => typeof target === "string" ? [target] : Object.values(target));
  for (const file of [...named, ...sideEffects, "README.md", "LICENSE"]) await fs.access(path.join(PACKAGE, file));
  assert.ok(texts.some(([, text]) => /^ {4}#\w+/m.test(text)), "no private member is left");
}

/** The entries, as programs name them. */
async function entryNames() {
  const { exports } = JSON.parse(await fs.readFile(path.join(PACKAGE, "package.json"), "utf8"));
  return Object.keys(exports).filter((name) => name !== "./package.json").map((name) => path.posix.join("tsyncio", name));
}

/**
 * Packs the package and installs it from the archive, without a network.
 *
 * @param {string} folder
 */
async function install(folder) {
  await succeed("npm", ["pack", "--silent", "--offline", "--pack-destination", folder, PACKAGE], folder);
  const archive = (await fs.readdir(folder)).find((file) => file.endsWith(".tgz"));
  assert.ok(archive, "npm packed nothing");
  await fs.writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const quiet = ["--silent", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--no-update-notifier"];
  await succeed("npm", ["install", ...quiet, `./${archive}`], folder);
  await fs.access(path.join(folder, "node_modules", "tsyncio", "esm", "mod.js"));
  for (const program of await fs.readdir(PROGRAMS)) await fs.copyFile(path.join(PROGRAMS, program), path.join(folder, program));
  const imports = (await entryNames()).map((name, index) => `import * as entry${index} from "${name}";\nvoid entry${index};\n`);
  await fs.writeFile(path.join(folder, "entries.ts"), imports.join(""));
}

/**
 * @param {string} folder
 * @param {readonly string[]} resolution
 */
async function checkTypes(folder, resolution) {
  const failure = (await installTools(["tsc"]))[0];
  assert.equal(failure && describeFailure(failure), undefined);
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", ""];
  await succeed(toolPath("tsc"), ["--ignoreConfig", ...strict, ...resolution, "consumer.ts", "entries.ts"], folder);
}

/**
 * @param {Runtime} runtime
 * @param {string} folder
 * @param {readonly string[]} program its file and its arguments
 * @param {readonly string[]} permissions for Deno
 * @returns {Promise<unknown>} what it printed
 */
async function runProgram({ name, executable }, folder, program, permissions) {
  const flags = name === "deno" ? ["run", "--no-config", "--no-prompt", "--node-modules-dir=manual", ...permissions] : [];
  return JSON.parse(await succeed(executable, [...flags, ...program], folder));
}

/**
 * @param {Runtime} runtime
 * @param {string} folder
 */
async function testRuntime(runtime, folder) {
  await test(`the import does nothing on ${runtime.name}`, async () => {
    // Deno grants it nothing: what it reads or asks for would throw.
    assert.deepEqual(await runProgram(runtime, folder, ["bare.mjs", ...await entryNames()], []), { added: [], opened: "" });
  });
  await test(`tsyncio/core works alone and beside tsyncio on ${runtime.name}`, async () => {
    assert.deepEqual(await runProgram(runtime, folder, ["core.mjs"], []), { alone: ["RangeError: bad", "TimeoutError"], together: true });
  });
  await test(`the package echoes and cancels on ${runtime.name}`, async () => {
    const answers = ["generator\n", "async\n"];
    assert.deepEqual(await runProgram(runtime, folder, ["echo.mjs"], ["--allow-net=127.0.0.1"]), {
      served: { byAsync: answers, byGenerator: answers },
      cancelled: ["async: cleaned up", "async: enough", "generator: cleaned up", "generator: enough", true, true, true, true],
    });
  });
  await test(`workers of the package do jobs on ${runtime.name}`, async () => {
    assert.deepEqual(await runProgram(runtime, folder, ["workers.mjs"], ["--allow-read", "--allow-run", "--allow-env"]), [9, 4, 25]);
  });
}

/** @returns {Promise<Runtime[]>} */
async function chosenRuntimes() {
  const at = process.argv.indexOf("--runtime");
  if (at < 0) return [{ name: ownName(), executable: process.execPath }];
  const names = (process.argv[at + 1] ?? "").split(",").flatMap((name) => name === "all" ? RUNTIMES : [name]);
  const unknown = names.find((name) => !RUNTIMES.includes(name));
  if (unknown !== undefined) throw new RangeError(`Cannot use --runtime ${unknown}: it takes all, ${RUNTIMES.join(", ")}`);
  const failures = await installTools(names);
  for (const failure of failures) await test(`${failure.name} is there`, () => Promise.reject(describeFailure(failure)));
  return names.filter((name) => !failures.some((failure) => failure.name === name)).map((name) => ({ name, executable: toolPath(name) }));
}

function ownName() {
  const { deno, bun, node } = process.versions;
  return deno !== undefined ? "deno" : bun !== undefined ? "bun" : `node${node.split(".")[0]}`;
}

async function main() {
  const runtimes = await chosenRuntimes();
  await fs.mkdir(path.join(ROOT, ".work"), { recursive: true });
  const folder = await fs.mkdtemp(path.join(ROOT, ".work", "smoke-"));
  try {
    await test("nothing in the package is a shim or lowered", checkContents);
    await test("the package can be installed by name", () => install(folder));
    await test("the types hold with NodeNext", () => checkTypes(folder, ["--module", "nodenext"]));
    await test("the types hold with Bundler", () => checkTypes(folder, ["--module", "esnext", "--moduleResolution", "bundler"]));
    for (const runtime of runtimes) await testRuntime(runtime, folder);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
