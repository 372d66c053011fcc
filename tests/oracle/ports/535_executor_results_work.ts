export function blocking(n: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  if (n < 0) throw new RangeError("negative");
  return n * n;
}
