// A task that ends while the default loop is at rest lets the process end, and its failure is told.
import { createTask } from "../../mod.ts";

const native = (delay: number) => new Promise((resolve) => setTimeout(resolve, delay));

createTask(async () => {
  await native(5);
  console.log("ended");
});
createTask(async () => {
  await native(10);
  throw new Error("lost");
});
