/** What the programs with few permissions share. */

import type { Outcome } from "../../../src/runtime/net_driver.ts";

/** Tells of something that failed, and whether it was thrown at the call or told later. */
export type Say = (what: string, error: unknown, when: "thrown" | "told") => void;

/** Starts something, and says how it ended. What came of it, or null. */
export async function attempt<T>(say: Say, what: string, start: (outcome: Outcome<T>) => void): Promise<T | null> {
  let inside = true;
  try {
    const value = await new Promise<T>((resolve, reject) => {
      start((error, value) => error === null ? resolve(value as T) : reject(error));
      inside = false;
    });
    console.log(`${what}: done`);
    return value;
  } catch (error) {
    say(what, error, inside ? "thrown" : "told");
    return null;
  }
}
