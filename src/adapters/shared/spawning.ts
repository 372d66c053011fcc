/**
 * What starting a process takes on every host.
 *
 * @module
 */
import { FileNotFoundError, OSError } from "../../errors.ts";
import type { Abandon, Outcome } from "../../runtime/net_driver.ts";
import type { ProcessHandle, SpawnOptions } from "../../runtime/process_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin, hostGlobals } from "./host.ts";

/** The part of node:fs that looks at files. */
interface FsModule {
  statSync(path: string): { isFile(): boolean; isDirectory(): boolean };
  accessSync(path: string, mode: number): void;
  readonly constants: { readonly X_OK: number };
}

/** SpawnOptions without "stdout" for stderr. */
export type PlainSpawnOptions = SpawnOptions & { readonly stderr: Exclude<SpawnOptions["stderr"], "stdout"> };

/** What may be left out of SpawnOptions. */
export type Surroundings = Pick<SpawnOptions, "cwd" | "env" | "uid" | "gid">;

/** What was not left out of it: hosts take undefined for something else than nothing. */
export function surroundingsOf({ cwd, env, uid, gid }: SpawnOptions): Surroundings {
  const given: { -readonly [K in keyof Surroundings]: Surroundings[K] } = {};
  if (cwd !== undefined) given.cwd = cwd;
  if (env !== undefined) given.env = env;
  if (uid !== undefined) given.uid = uid;
  if (gid !== undefined) given.gid = gid;
  return given;
}

/** Starts a process where the host tells at once whether it could; so does `outcome`. */
export function startNow(options: SpawnOptions, start: () => ProcessHandle, outcome: Outcome<ProcessHandle>): Abandon {
  let handle: ProcessHandle;
  try {
    handle = start();
  } catch (failure) {
    outcome(spawnError(failure, options), null);
    return nothingToAbandon;
  }
  outcome(null, handle);
  return nothingToAbandon;
}

function nothingToAbandon(): void {}

const SHELL = "/bin/sh";
/** Where programs are looked for when there is no PATH: what C libraries do. */
const DEFAULT_PATH = "/usr/bin:/bin";
/** What shells add to the environment by themselves. */
const OF_SHELLS: readonly string[] = ["PWD", "OLDPWD", "SHLVL"];

/**
 * Leads stderr to where stdout leads. No host can give a child one pipe for both; a shell can, which then becomes the program.
 *
 * @param canLook Whether files and PATH can be looked at: without that a missing program is the exit code 127.
 * @throws the host's error for a program that is missing or cannot be executed.
 */
export function withoutMerge(options: SpawnOptions, canLook: () => boolean): PlainSpawnOptions {
  if (isPlain(options)) return options;
  const { stdout } = options;
  if (stdout === "inherit") return { ...options, stderr: 1 };
  if (stdout !== "pipe") return { ...options, stderr: stdout };
  if (canLook()) checkProgram(options);
  const { program, args } = options;
  return { ...options, stderr: "inherit", program: SHELL, args: ["-c", mergeScript(options), program, ...args] };
}

function isPlain(options: SpawnOptions): options is PlainSpawnOptions {
  return options.stderr !== "stdout";
}

function mergeScript({ env }: SpawnOptions): string {
  const environment = env ?? environmentOfProcess();
  const added = OF_SHELLS.filter((name) => environment[name] === undefined);
  return `${added.length === 0 ? "" : `unset ${added.join(" ")}; `}exec "$0" "$@" 2>&1`;
}

/** On Deno the environment may be closed to us; then shells add to it. */
function environmentOfProcess(): Readonly<Record<string, string | undefined>> {
  try {
    return { ...(hostGlobals().process as unknown as { readonly env: Record<string, string | undefined> }).env };
  } catch {
    return {};
  }
}

function checkProgram({ program, cwd, env }: SpawnOptions): void {
  const { accessSync, statSync, constants } = getBuiltin<FsModule>("node:fs");
  const path = env === undefined ? environmentOfProcess()["PATH"] : env["PATH"];
  const folders = program.includes("/") ? [""] : (path ?? DEFAULT_PATH).split(":").map((folder) => `${folder || "."}/`);
  let failure: unknown = Object.assign(new Error("no such program"), { code: "ENOENT" });
  for (const folder of folders) {
    const candidate = `${folder}${program}`;
    const file = candidate.startsWith("/") || cwd === undefined ? candidate : `${cwd}/${candidate}`;
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return;
      failure = Object.assign(new Error("no file"), { code: "EACCES" });
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if (code === "EACCES") failure = error;
      else if (code !== "ENOENT" && code !== "ENOTDIR") return; // who knows: the shell will tell
    }
  }
  throw failure;
}

/** The error of src/errors.ts for a program that could not be started. Hosts name the program also when it is the folder that is missing. */
export function spawnError(error: unknown, { program, cwd }: SpawnOptions): OSError {
  const action = `start ${program}`;
  const known = toOSError(error, action, { path: program });
  const wrongFolder = cwd === undefined || (known.code !== "ENOENT" && known.code !== "ENOTDIR") ? null : wrongWithFolder(cwd);
  if (wrongFolder === null) return known;
  const ErrorClass = wrongFolder === "ENOENT" ? FileNotFoundError : OSError;
  return new ErrorClass(`Cannot ${action}: there is no directory ${cwd} (${wrongFolder})`, { cause: error, code: wrongFolder, path: cwd! });
}

/** The code of what is wrong with a folder, null where nothing is and where we may not look. */
function wrongWithFolder(path: string): "ENOENT" | "ENOTDIR" | null {
  try {
    return getBuiltin<FsModule>("node:fs").statSync(path).isDirectory() ? null : "ENOTDIR";
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return code === "ENOENT" || code === "ENOTDIR" ? code : null;
  }
}

/** The number of a signal, as the operating system has it. */
export function signalNumber(name: string): number {
  const { constants } = getBuiltin<{ readonly constants: { readonly signals: Readonly<Record<string, number>> } }>("node:os");
  return constants.signals[name] ?? 0;
}

/** Sends a signal to the group that `pid` leads; 0 only asks. False when there is none. */
export function killGroup(pid: number, signal: string | 0): boolean {
  return killById(-pid, signal);
}

/** Sends a signal to a process, or by a negative number to a group. False when there is none. */
export function killById(pid: number, signal: string | 0): boolean {
  try {
    (hostGlobals().process as unknown as { kill(pid: number, signal: string | 0): unknown }).kill(pid, signal);
    return true;
  } catch (error) {
    const known = toOSError(error, `send ${signal === 0 ? "a signal" : signal}`);
    if (known.code === "ESRCH") return false;
    throw known;
  }
}
