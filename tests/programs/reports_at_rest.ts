// What failed on the default loop and nobody retrieved is reported when the loop falls idle: no unhandled rejection, exit code 0.
import { createTask, sleep } from "../../mod.ts";

createTask(async () => {
  await sleep(1);
  throw new Error("lost by an async function");
}, { name: "loser" });
createTask(function* () {
  yield* sleep(2);
  throw new Error("lost by a generator");
});
const retrieved = createTask(async () => {
  throw new Error("seen");
});
setTimeout(() => console.log("still here"), 50);
try {
  await retrieved;
} catch (error) {
  console.log((error as Error).message);
}
