/**
 * Lives by a hold alone and sends itself signals: the first SIGINT is handled; then, with the argument "release", SIGTERM, whose handler
 * releases the hold, else SIGINT again, which nobody handles.
 */

import process from "node:process";
import { defaultRuntime } from "../../../src/adapters/default_runtime.ts";

const { host, signals } = defaultRuntime();
const hold = host.hold();

const onInterrupt = (): void => {
  signals!.remove("SIGINT", onInterrupt);
  console.log("handled");
  process.kill(process.pid, process.argv[2] === "release" ? "SIGTERM" : "SIGINT");
};
signals!.add("SIGINT", onInterrupt);
signals!.add("SIGTERM", () => {
  console.log("released");
  hold.release();
});
process.kill(process.pid, "SIGINT");
