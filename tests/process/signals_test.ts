import process from "node:process";
import {
  ContextVar,
  EventLoop,
  type ExceptionContext,
  getRunningLoop,
  RuntimeError,
  type SignalName,
  signals,
  timeout,
  TimeoutError,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runHost } from "../_kit/loop.ts";
import { startProgram } from "../_kit/program.ts";

const send = (name: SignalName): void => void process.kill(process.pid, name as NodeJS.Signals);
const listeners = (name: SignalName): number => process.listenerCount(name);

describe("addSignalHandler", () => {
  it("replaces the handler before, and has one listener of the host", () =>
    runHost(async (loop) => {
      const told: unknown[] = [];
      const came = loop.createFuture<void>();
      const before = listeners("SIGURG");
      loop.addSignalHandler("SIGURG", () => told.push("replaced"));
      loop.addSignalHandler(
        "SIGURG",
        (...args: unknown[]) => {
          told.push(...args, getRunningLoop() === loop);
          came.setResult();
        },
        1,
        "two",
      );
      assert.equal(listeners("SIGURG"), before + 1);
      send("SIGURG");
      assert.deepEqual(told, []);
      await came;
      assert.deepEqual(told, [1, "two", true]);
      assert.equal(loop.removeSignalHandler("SIGURG"), true);
      assert.equal(loop.removeSignalHandler("SIGURG"), false);
      assert.equal(listeners("SIGURG"), before);
    }));

  it("reports what a handler throws, by its name, with the context variables of whoever set it; the next one comes", async () => {
    const loop = new EventLoop();
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    const variable = new ContextVar<string>("variable", { default: "outside" });
    const seen: string[] = [];
    await loop.runUntilComplete(async () => {
      variable.set("inside");
      const items = signals("SIGURG");
      loop.addSignalHandler("SIGURG", function fails() {
        seen.push(variable.get());
        throw new RangeError("on purpose");
      });
      variable.set("changed");
      for (let i = 0; i < 2; i++) {
        send("SIGURG");
        assert.deepEqual(await items.next(), { done: false, value: "SIGURG" });
      }
      await items.return();
    });
    loop.close();
    assert.deepEqual(seen, ["inside", "inside"]);
    assert.deepEqual(reports.map(({ message }) => message), ["Exception in callback fails", "Exception in callback fails"]);
  });

  it("refuses what cannot be caught, what is no signal and what is no plain function, alike on every host", () => {
    const loop = new EventLoop();
    const add = (name: unknown, callback: unknown = () => {}): void => loop.addSignalHandler(name as SignalName, callback as () => void);
    for (const name of ["SIGKILL", "SIGSTOP", "SIGSEGV", "SIGFPE", "SIGILL"]) assert.throws(() => add(name), RuntimeError, name);
    for (const name of ["SIGNONE", "", "sigterm", "TERM"]) assert.throws(() => add(name), RangeError, name);
    for (const name of [15, null, undefined]) assert.throws(() => add(name), TypeError);
    assert.throws(() => add("SIGTERM", 1), TypeError);
    assert.throws(() => add("SIGTERM", async () => {}), TypeError);
    assert.throws(() => add("SIGTERM", function* () {}), TypeError);
    assert.throws(() => loop.removeSignalHandler("SIGKILL"), RuntimeError);
    assert.equal(listeners("SIGTERM"), 0);
    loop.close();
  });

  it("ends with the loop", () => {
    const loop = new EventLoop();
    const before = listeners("SIGURG");
    loop.addSignalHandler("SIGURG", () => {});
    assert.equal(listeners("SIGURG"), before + 1);
    loop.close();
    assert.equal(listeners("SIGURG"), before);
    assert.throws(() => loop.addSignalHandler("SIGURG", () => {}), RuntimeError);
  });
});

describe("signals", () => {
  it("gives each signal as it comes, beside the handler, until it is left", () =>
    runHost(async (loop) => {
      const before = listeners("SIGURG");
      let handled = 0;
      loop.addSignalHandler("SIGURG", () => handled++);
      const seen: string[] = [];
      const items = signals("SIGURG", "SIGHUP");
      assert.equal(listeners("SIGURG"), before + 1);
      send("SIGURG");
      for await (const name of items) {
        seen.push(name);
        if (seen.length === 1) send("SIGHUP");
        else break;
      }
      assert.deepEqual(seen, ["SIGURG", "SIGHUP"]);
      assert.equal(handled, 1);
      assert.equal(listeners("SIGHUP"), 0);
      assert.deepEqual(await items.next(), { done: true, value: undefined });
      loop.removeSignalHandler("SIGURG");
      assert.equal(listeners("SIGURG"), before);
    }));

  it("loses nothing when a wait is cancelled", () =>
    runHost(function* () {
      const items = signals("SIGURG");
      try {
        yield* timeout(5, () => items.next());
        assert.fail("no signal came");
      } catch (error) {
        assert.ok(error instanceof TimeoutError);
      }
      send("SIGURG");
      assert.deepEqual(yield* items.next(), { done: false, value: "SIGURG" });
      yield* items.return();
    }));

  it("refuses no names and bad names", () => {
    assert.throws(() => signals(), RangeError);
    assert.throws(() => signals("SIGTERM", "SIGKILL"), RuntimeError);
    assert.throws(() => signals("SIGTERM", "SIGNONE"), RangeError);
    assert.equal(listeners("SIGTERM"), 0);
  });
});

describe("A program that listens to signals", () => {
  const program = new URL("../programs/signalled.ts", import.meta.url);

  it("lives while it waits for one, and ends after", async () => {
    const child = startProgram(program, { args: ["wait"] });
    await child.waitFor("waiting");
    child.kill("SIGTERM");
    const { code, signal, stdout } = await child.ended;
    assert.deepEqual([code, signal], [5, null]);
    assert.match(stdout, /got SIGTERM/);
  });

  it("is not kept alive by a handler alone", async () => {
    const { code, stdout } = await startProgram(program, { args: ["handler"] }).ended;
    assert.equal(stdout.trimEnd(), "end of the module");
    assert.equal(code, 0);
  });

  it("dies of the signal once its handler is removed", async () => {
    const child = startProgram(program, { args: ["removed"] });
    await child.waitFor("removed");
    child.kill("SIGTERM");
    const { code, signal } = await child.ended;
    assert.ok(signal === "SIGTERM" || code === 143, `code ${code}, signal ${signal}`);
  });

  it("hears SIGINT in its own handler: run does not cancel main", async () => {
    const child = startProgram(program, { args: ["own"] });
    await child.waitFor("waiting");
    child.kill("SIGINT");
    const { code, stdout } = await child.ended;
    assert.match(stdout, /own handler\nmain ends/);
    assert.equal(code, 0);
  });
});
