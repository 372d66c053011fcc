/** What primes.ts has done in threads. */
import { cancelRequested } from "../../mod.ts";

/** How many primes there are from `from` up to `to`, which does not count. */
export function countPrimes(from: number, to: number): number {
  const composite = new Uint8Array(to - from);
  for (let n = 0; n < 2; n++) if (n >= from && n < to) composite[n - from] = 1;
  for (let factor = 2; factor * factor < to; factor++) {
    if (factor % 64 === 0 && cancelRequested()) return 0; // nobody waits for it any more
    const first = Math.max(factor * factor, Math.ceil(from / factor) * factor);
    for (let multiple = first; multiple < to; multiple += factor) composite[multiple - from] = 1;
  }
  return composite.reduce((count, mark) => count + 1 - mark, 0);
}
