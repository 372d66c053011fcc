/** What jobs in workers call on the loop of the tests. */

import { Barrier, CancelledError, sleep } from "../../mod.ts";

/** What jobs have told. */
export const told: unknown[] = [];
let wake = (): void => {};
export const nextTold = (): Promise<void> => new Promise((resolve) => wake = resolve);

export function tell(...what: unknown[]): number {
  wake();
  return told.push(...what);
}

export function began(): void {
  wake();
}

export async function double(n: number): Promise<number> {
  await sleep(1);
  if (n < 0) throw Object.assign(new RangeError("negative"), { n });
  return 2 * n;
}

export async function waitForEver(): Promise<void> {
  try {
    wake();
    await sleep(1_000_000);
  } catch (error) {
    tell((error as Error).name);
    throw error;
  }
}

export function cancelItself(): never {
  throw new CancelledError("enough");
}

let meeting = new Barrier(1);

export function arrange(parties: number): void {
  meeting = new Barrier(parties);
}

/** Returns when as many jobs as were arranged wait here at the same time. */
export async function meet(): Promise<void> {
  await meeting.wait();
}
