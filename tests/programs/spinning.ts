// In virtual time too, tasks that never rest leave the host its turns.
import process from "node:process";
import { sleep } from "../../mod.ts";
import { runVirtual } from "../../src/testing/mod.ts";

let over = false;
setTimeout(() => over = true, 20);
if (process.argv[2] === "generator") {
  await runVirtual(function* () {
    while (!over) yield* sleep(0);
  });
} else {
  await runVirtual(async () => {
    while (!over) await sleep(0);
  });
}
console.log("end");
