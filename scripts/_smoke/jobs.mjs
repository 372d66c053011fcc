// What workers.mjs has done in threads and processes of the installed package.
import { moduleFunctions, runCoroutineThreadsafe } from "tsyncio";

export const square = (n) => n * n;
export const half = async (n) => n / 2;
export const halfThere = (n) => runCoroutineThreadsafe(moduleFunctions(import.meta.url).half, n).result(10_000);
