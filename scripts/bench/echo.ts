/** What threads are asked for. */

/** Gives it back. */
export function echo(value: number): number {
  return value;
}
