/** What the tests of child processes share. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import process from "node:process";
import { spawnSync } from "node:child_process";
import { createSubprocessExec, PIPE, sleep } from "../../mod.ts";

/** Bytes as text; null for what is no pipe. */
export function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/** Runs children, by the host's own way too: hosts open some descriptors for good with the first. Then waits until what they had is closed. */
export async function openedOnce(): Promise<void> {
  stateOf(process.pid);
  for (let left = 2; left > 0; left--) {
    const before = openDescriptors();
    const child = await createSubprocessExec("true", [], { stdin: PIPE, stdout: PIPE, stderr: PIPE });
    await child.communicate();
    if (left === 1) await eventually(() => openDescriptors() <= before);
  }
}

/** How many file descriptors this process has; 0 where that cannot be seen. */
export function openDescriptors(): number {
  return fs.existsSync("/proc/self/fd") ? fs.readdirSync("/proc/self/fd").length : 0;
}

/** The state of a process as `ps` shows it: "Z" for one that has ended and nobody has asked for; "" when there is none. */
export function stateOf(pid: number): string {
  return spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim().slice(0, 1);
}

/** The children of this process that have ended and nobody has asked for. */
export function zombies(): string[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=,stat=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => /^\s*\d+\s+Z/.test(line));
}

/** Whether there is a process of this number. */
export function isAlive(pid: number): boolean {
  const state = stateOf(pid);
  return state !== "" && state !== "Z";
}

/** Waits until `condition` holds: for what no host tells, such as that a descriptor was closed. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

/** Calls `body` with a new folder, which is removed afterwards. */
export async function withFolder<T>(body: (folder: string) => PromiseLike<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tsyncio-"));
  try {
    return await body(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
