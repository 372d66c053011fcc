// @ts-self-types="./toolchain.d.mts"

/**
 * Installs the runtimes and the compiler of the gate from npm, once, into `.toolchain` (not in git):
 *
 *     node scripts/toolchain.mjs            everything
 *     node scripts/toolchain.mjs bun node26 only these
 *
 * The executables are then `.toolchain/bin/{deno,bun,node20,node22,node24,node26,tsc}`. A tool that is there in the
 * pinned version costs a few file look-ups. Runs on Node 20 and on Deno, without a dependency.
 */

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { toolsFor } from "./_toolchain/pins.mjs";

/** @typedef {import("./_toolchain/pins.mjs").Tool} Tool */
/** @typedef {import("./_toolchain/pins.mjs").Candidate} Candidate */

/**
 * @typedef {object} Failure
 * @property {string} name the tool
 * @property {string} version its pinned version
 * @property {string} reason why it is not there, for people
 */

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const HOME = path.join(ROOT, ".toolchain");
const BIN = path.join(HOME, "bin");
const WINDOWS = process.platform === "win32";
const PLATFORM = `${process.platform}-${process.arch}`;
const HOUR = 3_600_000;
const DOWNLOADS_AT_ONCE = 3;

/** @type {readonly Tool[]} */
const TOOLS = toolsFor(process.platform, process.arch);

/** Names of all tools, in the order of installation. */
export const toolNames = TOOLS.map((tool) => tool.name);

/**
 * The path of a tool's executable, which exists once the tool is installed.
 *
 * @param {string} name
 * @returns {string}
 */
export function toolPath(name) {
  if (!WINDOWS) return path.join(BIN, name);
  // Links need a privilege there, and the compiler looks for its library beside itself.
  const tool = TOOLS.find((tool) => tool.name === name);
  const stamp = tool && readStamp(tool);
  return tool && stamp ? path.join(folderOf(tool), stamp.executable) : path.join(BIN, `${name}.exe`);
}

/**
 * Sees to it that the named tools (default: all) are installed, and says on stderr what it downloads.
 *
 * @param {readonly string[]} [names]
 * @returns {Promise<readonly Failure[]>} the tools that could not be installed; empty when all are there
 */
export async function installTools(names = toolNames) {
  const unknown = names.filter((name) => !toolNames.includes(name));
  if (unknown.length > 0) throw new RangeError(`Cannot install ${unknown.join(", ")}: the tools are ${toolNames.join(", ")}`);
  const missing = TOOLS.filter((tool) => names.includes(tool.name) && !isInstalled(tool));
  /** @type {Failure[]} */
  const failures = [];
  const queue = [...missing];
  const worker = async () => {
    for (let tool = queue.shift(); tool !== undefined; tool = queue.shift()) {
      const reason = await install(tool);
      if (reason !== undefined) failures.push({ name: tool.name, version: tool.version, reason });
    }
  };
  await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, worker));
  return failures;
}

/**
 * One line for people about a tool that is missing.
 *
 * @param {Failure} failure
 */
export function describeFailure({ name, version, reason }) {
  return `${name} ${version} could not be installed: ${reason}`;
}

/** @param {Tool} tool */
function folderOf(tool) {
  return path.join(HOME, `${tool.name}-${tool.version}`);
}

/**
 * The stamp is written last, into a folder that is then renamed into place, so it vouches for everything beside it.
 *
 * @param {Tool} tool
 * @returns {{ platform: string, executable: string } | undefined}
 */
function readStamp(tool) {
  try {
    const stamp = JSON.parse(fs.readFileSync(path.join(folderOf(tool), "stamp.json"), "utf8"));
    return stamp.platform === PLATFORM ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Tool} tool */
function isInstalled(tool) {
  const stamp = readStamp(tool);
  const executable = stamp && path.join(folderOf(tool), stamp.executable);
  if (executable === undefined || !fs.existsSync(executable) || !fs.existsSync(toolPath(tool.name))) return false;
  return fs.realpathSync(toolPath(tool.name)) === fs.realpathSync(executable);
}

/**
 * @param {Tool} tool
 * @returns {Promise<string | undefined>} the reason when it could not be installed
 */
async function install(tool) {
  if (tool.candidates.length === 0) return `npm has no package of it for ${PLATFORM}`;
  console.error(`installing ${tool.name} ${tool.version}`);
  /** @type {string | undefined} */
  let first;
  for (const candidate of tool.candidates) {
    const result = await tryCandidate(tool, candidate);
    if (result === undefined) return undefined;
    first ??= result.reason;
    if (!result.tryNext) break;
  }
  return first;
}

/**
 * @param {Tool} tool
 * @param {Candidate} candidate
 * @returns {Promise<undefined | { reason: string, tryNext: boolean }>}
 */
async function tryCandidate(tool, candidate) {
  const spec = `${candidate.package}@${candidate.version}`;
  fs.mkdirSync(BIN, { recursive: true });
  const folder = fs.mkdtempSync(path.join(HOME, `.new-${tool.name}-`));
  try {
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
    const npm = await npmInstall(folder, spec);
    if (npm.code !== 0) return { reason: npmReason(spec, npm), tryNext: npm.output.includes("EBADPLATFORM") };
    const executable = path.join("node_modules", candidate.package, candidate.file);
    const reason = await prove(path.join(folder, executable), candidate);
    if (reason !== undefined) return { reason: `${spec} was fetched, but ${reason}`, tryNext: true };
    fs.writeFileSync(path.join(folder, "stamp.json"), JSON.stringify({ spec, platform: PLATFORM, executable }));
    putInPlace(tool, folder, executable);
    return undefined;
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), tryNext: false };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} spec
 */
function npmInstall(folder, spec) {
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier", "--loglevel=error"];
  return capture("npm", ["install", "--prefix", WINDOWS ? `"${folder}"` : folder, ...options, spec], { cwd: folder, shell: WINDOWS });
}

/**
 * @param {string} spec
 * @param {{ code: number | null, output: string }} npm
 */
function npmReason(spec, npm) {
  if (npm.code === null && npm.output.includes("ENOENT")) return "npm is not on the PATH";
  const lines = npm.output.split("\n").map((line) => line.replace(/^npm (error|ERR!)\s*/, "").trim());
  const told = lines.filter((line) => line !== "" && !line.startsWith("A complete log")).slice(0, 4);
  return `npm install ${spec} failed: ${told.join("; ") || `exit code ${npm.code}`}`;
}

/**
 * Runs the executable once: a package for another libc or processor installs well and fails here.
 *
 * @param {string} executable
 * @param {Candidate} candidate
 * @returns {Promise<string | undefined>} what is wrong with it
 */
async function prove(executable, candidate) {
  if (!fs.existsSync(executable)) return `it has no ${candidate.file}`;
  if (!WINDOWS) fs.chmodSync(executable, 0o755);
  const { code, output } = await capture(executable, ["--version"], { cwd: path.dirname(executable) });
  if (code !== 0) return `it does not run here: ${output.trim().split("\n")[0] || `exit code ${code}`}`;
  return output.includes(candidate.version) ? undefined : `it says that it is ${output.trim().split("\n")[0]}`;
}

/**
 * @param {Tool} tool
 * @param {string} folder
 * @param {string} executable relative to the folder
 */
function putInPlace(tool, folder, executable) {
  const target = folderOf(tool);
  if (!isComplete(target, executable)) {
    fs.rmSync(target, { recursive: true, force: true });
    try {
      fs.renameSync(folder, target);
    } catch (error) {
      // Another run may have been first.
      if (!isComplete(target, executable)) throw error;
    }
  }
  if (!WINDOWS) link(path.join(target, executable), toolPath(tool.name));
  removeStale(tool);
}

/**
 * Other versions of the tool, and what interrupted runs have left.
 *
 * @param {Tool} tool
 */
function removeStale(tool) {
  for (const entry of fs.readdirSync(HOME)) {
    const full = path.join(HOME, entry);
    const otherVersion = new RegExp(`^${tool.name}-\\d`).test(entry) && full !== folderOf(tool);
    const abandoned = entry.startsWith(".new-") && Date.now() - (fs.statSync(full, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > HOUR;
    if (otherVersion || abandoned) fs.rmSync(full, { recursive: true, force: true });
  }
}

/**
 * @param {string} target
 * @param {string} executable
 */
function isComplete(target, executable) {
  return fs.existsSync(path.join(target, "stamp.json")) && fs.existsSync(path.join(target, executable));
}

/**
 * Replaces the link in one step, so that a run beside this one never sees it missing.
 *
 * @param {string} executable
 * @param {string} name
 */
function link(executable, name) {
  const fresh = `${name}.${process.pid}`;
  fs.rmSync(fresh, { force: true });
  fs.symlinkSync(path.relative(path.dirname(name), executable), fresh);
  fs.renameSync(fresh, name);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, shell?: boolean }} options
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function capture(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => output += chunk);
    child.stderr.on("data", (chunk) => output += chunk);
    child.on("error", (error) => resolve({ code: null, output: output + error.message }));
    child.on("close", (code, signal) => resolve({ code, output: signal === null ? output : `${output}ended by ${signal}` }));
  });
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const names = process.argv.slice(2).filter((word) => word !== "--");
  try {
    const failures = await installTools(names.length === 0 ? undefined : names);
    for (const failure of failures) console.error(describeFailure(failure));
    return failures.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    return 2;
  }
}

// Node 20 does not know `import.meta.main`.
const started = process.argv[1];
if (started !== undefined && fs.existsSync(started) && fs.realpathSync(started) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main();
}
