// A timer of the default loop keeps the process alive.
import { createTask, getRunningLoop } from "../../mod.ts";

createTask(async () => {
  getRunningLoop().callLater(30, () => console.log("timer"));
  console.log("task done");
});
