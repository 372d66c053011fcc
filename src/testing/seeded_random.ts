/**
 * Numbers that look random and that a seed decides.
 *
 * @module
 */

/** A function that gives numbers from 0 to 1, 1 not among them: always the same ones for one seed. */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(Math.trunc(seed) ^ 0x9e3779b9, 0x85ebca6b) ^ Math.trunc((seed % 1) * 2 ** 32);
  return () => {
    // A Weyl sequence, its steps mixed by multiplications: neighbouring seeds have nothing in common.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
