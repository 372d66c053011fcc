// Waits for SIGTERM ("wait"), has a handler and ends ("handler"), takes it away and goes on ("removed"), handles SIGINT itself ("own").
import process from "node:process";
import { Event, getRunningLoop, newEventLoop, run, signals, sleep } from "../../mod.ts";

const mode = process.argv[2];

if (mode === "wait") {
  const items = signals("SIGTERM");
  console.log("waiting");
  console.log(`got ${(await items.next()).value}`);
  await items.return();
  process.exitCode = 5;
} else if (mode === "handler") {
  newEventLoop().addSignalHandler("SIGTERM", () => console.log("never"));
  console.log("end of the module");
} else if (mode === "removed") {
  await run(async () => {
    getRunningLoop().addSignalHandler("SIGTERM", () => console.log("never"));
    getRunningLoop().removeSignalHandler("SIGTERM");
    console.log("removed");
    await sleep(1_000_000);
  });
} else {
  await run(async () => {
    const end = new Event();
    getRunningLoop().addSignalHandler("SIGINT", () => {
      console.log("own handler");
      end.set();
    });
    console.log("waiting");
    await end.wait();
    console.log("main ends");
  });
}
