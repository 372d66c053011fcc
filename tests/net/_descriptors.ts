/** Counting the sockets of this process. */

import { readdirSync, readlinkSync } from "node:fs";
import { until } from "../../mod.ts";
import { assert } from "../_kit/mod.ts";

/** How many turns of the host a descriptor may take to be closed, after the one that was told of it. */
const TURNS = 200;

/** How many sockets this process has open; null where the system does not tell. */
export function openSockets(): number | null {
  try {
    return readdirSync("/proc/self/fd").filter(isSocket).length;
  } catch {
    return null;
  }
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith("socket:");
  } catch {
    return false; // that of the listing itself
  }
}

/** Runs `body`, and fails when afterwards more sockets are open than before. */
export async function leavingNoSockets(body: () => Promise<void>): Promise<void> {
  const before = openSockets();
  await body();
  if (before === null) return;
  for (let turn = 0; turn < TURNS && openSockets()! > before; turn++) await until(new Promise((resolve) => setImmediate(resolve)));
  assert.ok(openSockets()! <= before, `${openSockets()! - before} sockets are still open`);
}
