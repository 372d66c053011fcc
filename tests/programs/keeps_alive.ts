// A task of the default loop keeps the process alive until it is done; nothing else does.
import { createTask, sleep } from "../../mod.ts";

const first = createTask(async () => {
  for (let i = 1; i <= 3; i++) {
    await sleep(10);
    console.log(`step ${i}`);
  }
});
createTask(function* () {
  yield* first;
  yield* sleep(20);
  console.log("generator done");
});
console.log("end of the module");
