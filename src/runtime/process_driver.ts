/**
 * The port: child processes. Types only.
 *
 * @module
 */
import type { Abandon, Outcome } from "./net_driver.ts";
import type { ReadPipe, WritePipe } from "./pipe_driver.ts";

/** Where a stream of a child leads: to a pipe, to nothing, where this process's own leads, or to a file descriptor of this process. */
export type ChildStream = "pipe" | "null" | "inherit" | number;

/** What to start, and how. There is no NUL in any of the texts. */
export interface SpawnOptions {
  /** A path, or a name that is looked for in PATH, that of `env` if it is given. */
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: ChildStream;
  readonly stdout: ChildStream;
  /** "stdout": the same open file as stdout, so that what is written to both stays in order. */
  readonly stderr: ChildStream | "stdout";
  readonly cwd?: string;
  /** The whole environment; left out, that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Whether it leads a session, and so a process group, of its own. */
  readonly newSession: boolean;
}

/** A child process that was started. */
export interface ProcessHandle {
  readonly pid: number;
  /** The host's own object, for `getExtraInfo("subprocess")`. */
  readonly native: unknown;
  /** Null where no pipe was asked for. */
  readonly stdin: WritePipe | null;
  readonly stdout: ReadPipe | null;
  readonly stderr: ReadPipe | null;
  /** Its exit code, or −N when signal N ended it. Never rejects. Pipes may tell more afterwards. */
  readonly exited: Promise<number>;
  /** Sends a signal. False when it has ended. @throws PermissionError when it is another user's. */
  kill(signal: string): boolean;
  /** Sends a signal to the process group that it leads; 0 only asks. False when there is no such group any more. */
  killGroup(signal: string | 0): boolean;
  /** Lets this process end before it. */
  release(): void;
}

/** What a host needs for child processes. Permissions are checked before `spawn` returns. */
export interface ProcessDriver {
  /** Starts a process. The outcome may be told before this returns. Abandoned, it is killed. */
  spawn(options: SpawnOptions, outcome: Outcome<ProcessHandle>): Abandon;
}
