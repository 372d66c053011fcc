/** Child processes that are ended together with everything that they have started. */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** A child whose output is read. */
export type GroupLeader = ChildProcess;

const WINDOWS = process.platform === "win32";
const GRACE_MS = 1000;
const running = new Set<GroupLeader>();

/** Starts `command` as the leader of a group of its own, with its output in pipes and no input. */
export function startGroup(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string | undefined>>,
): GroupLeader {
  const [file, ...args] = command;
  const child = spawn(file, args, { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: !WINDOWS });
  running.add(child);
  child.on("close", () => running.delete(child));
  child.on("error", () => running.delete(child));
  return child;
}

/** Ends what is left of the group; does nothing when nothing is. */
export function killGroup(leader: GroupLeader): void {
  signalGroup(leader, "SIGKILL");
}

/** Asks the group to end, since its leader may have groups of its own to end, and kills it a moment later. */
export function endGroup(leader: GroupLeader): void {
  signalGroup(leader, "SIGTERM");
  const timer = setTimeout(() => killGroup(leader), GRACE_MS);
  leader.on("close", () => clearTimeout(timer));
}

/** Makes SIGINT and SIGTERM end all groups before they end this process. */
export function endGroupsOnSignals(): void {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    process.once(signal, () => {
      for (const leader of running) signalGroup(leader, "SIGTERM");
      setTimeout(() => {
        for (const leader of running) killGroup(leader);
        process.exit(code);
      }, running.size > 0 ? GRACE_MS : 0);
    });
  }
}

function signalGroup(leader: GroupLeader, signal: "SIGTERM" | "SIGKILL"): void {
  if (leader.pid === undefined) return;
  try {
    if (WINDOWS) leader.kill(signal);
    else process.kill(-leader.pid, signal);
  } catch {
    // Nothing of it is left.
  }
}
