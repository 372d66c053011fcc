// The error of main comes out of run(): uncaught, it ends the process as any error does.
import { createTask, run, sleep } from "../../mod.ts";

await run(async () => {
  createTask(async () => {
    try {
      await sleep(1_000_000);
    } finally {
      await sleep(1);
      console.log("cleaned up");
    }
  });
  await sleep(1);
  throw new Error("main has failed");
});
