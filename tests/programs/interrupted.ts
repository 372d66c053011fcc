// SIGINT cancels main, once; what is left is cleaned up. "stubborn" swallows that, "plain" says `signals: false`.
import process from "node:process";
import { createTask, isCancelled, run, sleep } from "../../mod.ts";

const mode = process.argv[2];

function* generatorMain() {
  try {
    console.log("waiting");
    yield* sleep(1_000_000);
  } finally {
    yield* sleep(1);
    console.log("main cleaned up");
  }
}

async function asyncMain(): Promise<void> {
  createTask(async () => {
    try {
      await sleep(1_000_000);
    } finally {
      await sleep(1);
      console.log("child cleaned up");
    }
  });
  await sleep(1);
  try {
    console.log("waiting");
    await sleep(1_000_000);
  } catch (error) {
    console.log(isCancelled(error) ? `cancelled: ${error.message}` : error);
    if (mode !== "stubborn") throw error;
    console.log("going on");
    await sleep(1_000_000);
  }
}

try {
  await run(mode === "generator" ? generatorMain : asyncMain, mode === "plain" ? { signals: false } : {});
} catch (error) {
  console.log(`run threw ${(error as Error).name}`);
}
process.exitCode = 3;
