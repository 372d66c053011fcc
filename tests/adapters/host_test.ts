import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import { asyncDriverContext } from "../../src/adapters/shared/async_driver_context.ts";
import { asyncResourceContext } from "../../src/adapters/shared/async_resource_context.ts";
import { hostClock, hostGlobals, hostLoop } from "../../src/adapters/shared/host.ts";
import { snapshotContext } from "../../src/adapters/shared/snapshot_context.ts";
import { webRuntime } from "../../src/adapters/web.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";
import { checkContext } from "../conformance/check_context.ts";
import { checkHost } from "../conformance/check_host.ts";

checkHost(runtimeName, defaultRuntime);

checkContext(`${runtimeName}'s own`, () => defaultRuntime().context, { stepsAtOnce: runtimeName !== "deno" });

// Each way works on each host; they differ in cost.
checkContext("resources", asyncResourceContext, { stepsAtOnce: true });
checkContext("drivers", asyncDriverContext, { stepsAtOnce: false });

checkContext("snapshots", snapshotContext, { stepsAtOnce: true });

checkHost("web", webRuntime);
for (const missing of [["setImmediate"], ["setImmediate", "MessageChannel"]]) {
  const globals = Object.create(hostGlobals(), Object.fromEntries(missing.map((name) => [name, { value: undefined }])));
  checkHost(`web without ${missing.join(" and ")}`, () => ({ clock: hostClock(), host: hostLoop(globals) }));
}
checkContext("web's own", () => webRuntime().context, { stepsAtOnce: runtimeName !== "deno" });

describe("defaultRuntime", () => {
  it("is that of the host", () => {
    assert.equal(defaultRuntime().name, runtimeName);
  });
});

describe("hold and signals", () => {
  const program = new URL("./programs/hold.ts", import.meta.url);

  it("a hold keeps the process alive until it is released, a signal handler does not", async () => {
    const ended = await runProgram(program, { args: ["release"] });
    assert.equal(ended.stdout, "handled\nreleased\n");
    assert.deepEqual([ended.code, ended.signal], [0, null]);
  });

  it("a signal whose handler was removed has its default action", async () => {
    const ended = await runProgram(program);
    assert.equal(ended.stdout, "handled\n");
    assert.equal(ended.signal, "SIGINT");
  });
});
