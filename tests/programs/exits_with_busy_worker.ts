// Exits while a process of an executor is busy, for ever and without looking up. Prints its number.
import process from "node:process";
import { moduleFunctions, ProcessPoolExecutor } from "../../mod.ts";
import { nextTold, told } from "../executors/_loop_side.ts";

const work = moduleFunctions<typeof import("../executors/_work.ts")>(new URL("../executors/_work.ts", import.meta.url));
const begun = nextTold();
void new ProcessPoolExecutor({ maxWorkers: 1 }).submit(work.tellAndSpin);
await begun;
await new Promise((resolve) => setTimeout(resolve)); // what was told is written down after the call
console.log(`busy: ${told[0]}`);
process.exit(4);
