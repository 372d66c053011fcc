/**
 * How child processes are to be started.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { pathOfUrl } from "../net/file_path.ts";
import type { ChildStream, SpawnOptions } from "../runtime/process_driver.ts";

/** For a stream of a child: a pipe to this process. */
export const PIPE: unique symbol = Symbol("PIPE");
/** For the stderr of a child: where its stdout leads, with the order of what it writes kept. */
export const STDOUT: unique symbol = Symbol("STDOUT");
/** For a stream of a child: nothing can be read, and what is written is lost. */
export const DEVNULL: unique symbol = Symbol("DEVNULL");

/**
 * How to start a process. "inherit" leads a stream to where this process's own leads, a number to a file descriptor of this process. A stream that is
 * left out is PIPE for `loop.subprocessExec` and `loop.subprocessShell`, "inherit" (asyncio's None) for `createSubprocessExec` and `createSubprocessShell`.
 */
export interface SubprocessOptions {
  /** What it reads. */
  readonly stdin?: typeof PIPE | typeof DEVNULL | "inherit" | number;
  /** Where its output leads. */
  readonly stdout?: typeof PIPE | typeof DEVNULL | "inherit" | number;
  /**
   * Where its errors lead. STDOUT for a pipe needs /bin/sh; on Deno, without the permissions to read and for PATH, a missing program is then the exit
   * code 127.
   */
  readonly stderr?: typeof PIPE | typeof DEVNULL | typeof STDOUT | "inherit" | number;
  /** The folder that it starts in. @default that of this process */
  readonly cwd?: string | URL;
  /** Its whole environment. @default that of this process */
  readonly env?: Readonly<Record<string, string>>;
  /** The user that it runs as; mostly only root may say that. */
  readonly uid?: number;
  /** The group that it runs as; mostly only root may say that. */
  readonly gid?: number;
  /** Whether it gets a session, and with it a process group, of its own: Ctrl-C does not reach it, and the group can be stopped as one. @default false */
  readonly startNewSession?: boolean;
  /** As of StreamOptions, for the readers of its stdout and stderr. @default 65536 */
  readonly limit?: number;
}

const ACTION = "start a process";
const LARGEST_ID = 2 ** 32 - 2;

/** @throws TypeError or RangeError for what cannot be right. */
export function spawnOptionsOf(
  program: unknown,
  args: unknown,
  options: SubprocessOptions,
  byDefault: typeof PIPE | "inherit",
): SpawnOptions {
  const { stdin = byDefault, stdout = byDefault, stderr = byDefault, cwd, env, uid, gid, startNewSession = false } = options;
  checkText(program, "the program");
  if (program === "") throw new RangeError(`Cannot ${ACTION}: the program must not be empty`);
  if (typeof startNewSession !== "boolean") {
    throw new TypeError(`Cannot ${ACTION}: startNewSession must be true or false, got ${typeName(startNewSession)}`);
  }
  return {
    program,
    args: checkedArgs(args),
    stdin: streamOf(stdin, "stdin"),
    stdout: streamOf(stdout, "stdout"),
    stderr: stderr === STDOUT ? "stdout" : streamOf(stderr, "stderr"),
    newSession: startNewSession,
    ...(cwd === undefined ? {} : { cwd: folderOf(cwd) }),
    ...(env === undefined ? {} : { env: checkedEnv(env) }),
    ...(uid === undefined ? {} : { uid: checkedId(uid, "uid") }),
    ...(gid === undefined ? {} : { gid: checkedId(gid, "gid") }),
  };
}

/** The options of a process that runs a command of the shell. @throws as `spawnOptionsOf`. */
export function shellOptionsOf(command: unknown, options: SubprocessOptions, byDefault: typeof PIPE | "inherit"): SpawnOptions {
  checkText(command, "the command");
  return spawnOptionsOf("/bin/sh", ["-c", command], options, byDefault);
}

function checkText(value: unknown, what: string): asserts value is string {
  if (typeof value !== "string") throw new TypeError(`Cannot ${ACTION}: ${what} must be a string, got ${typeName(value)}`);
  if (value.includes("\0")) throw new RangeError(`Cannot ${ACTION}: ${what} must not contain NUL`);
}

function checkedArgs(args: unknown): readonly string[] {
  if (!Array.isArray(args)) throw new TypeError(`Cannot ${ACTION}: the arguments must be an array of strings, got ${typeName(args)}`);
  args.forEach((arg, index) => checkText(arg, `argument ${index}`));
  return [...args as string[]];
}

function streamOf(stream: unknown, name: "stdin" | "stdout" | "stderr"): ChildStream {
  if (stream === PIPE) return "pipe";
  if (stream === DEVNULL) return "null";
  if (stream === "inherit") return stream;
  if (typeof stream === "number") {
    if (Number.isInteger(stream) && stream >= 0) return stream;
    throw new RangeError(`Cannot ${ACTION}: ${name} must be a file descriptor, which ${stream} is not`);
  }
  if (stream === STDOUT) throw new RangeError(`Cannot ${ACTION}: STDOUT is for stderr only, not for ${name}`);
  throw new TypeError(`Cannot ${ACTION}: ${name} must be PIPE, DEVNULL, "inherit" or a file descriptor, got ${typeName(stream)}`);
}

function folderOf(cwd: unknown): string {
  const path = cwd instanceof URL ? pathOfUrl(cwd, ACTION) : cwd;
  checkText(path, "cwd");
  return path;
}

function checkedEnv(env: unknown): Readonly<Record<string, string>> {
  if (typeof env !== "object" || env === null) {
    throw new TypeError(`Cannot ${ACTION}: env must be an object of strings, got ${typeName(env)}`);
  }
  for (const [name, value] of Object.entries(env)) {
    checkText(name, "a variable's name");
    checkText(value, `the variable ${name}`);
    if (name === "" || name.includes("=")) throw new RangeError(`Cannot ${ACTION}: "${name}" is no name of a variable`);
  }
  return { ...env };
}

function checkedId(id: unknown, name: string): number {
  if (typeof id !== "number") throw new TypeError(`Cannot ${ACTION}: ${name} must be a number, got ${typeName(id)}`);
  if (Number.isInteger(id) && id >= 0 && id <= LARGEST_ID) return id;
  throw new RangeError(`Cannot ${ACTION}: ${name} must be a whole number from 0 to ${LARGEST_ID}, not ${id}`);
}
