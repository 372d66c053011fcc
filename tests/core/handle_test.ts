import { Handle, sleep, TimerHandle } from "../../mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("Handle", () => {
  it("is what callSoon gives; cancelled, its callback is not called", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const handles = ["a", "b", "c"].map((text) => loop.callSoon(() => log.push(text)));
      assert.ok(handles.every((handle) => handle instanceof Handle && !(handle instanceof TimerHandle)));
      handles[1]!.cancel();
      handles[1]!.cancel();
      assert.deepEqual(handles.map((handle) => handle.cancelled()), [false, true, false]);
      await sleep(0);
      assert.deepEqual(log, ["a", "c"]);
    }));

  it("can be cancelled by another callback of the same turn", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      loop.callSoon(() => later.cancel());
      const later = loop.callSoon(() => log.push("called"));
      await sleep(0);
      assert.deepEqual(log, []);
    }));

  it("cancelled by its own callback does no harm", () =>
    runVirtual(async (loop) => {
      let calls = 0;
      const handle: Handle = loop.callSoon(() => {
        calls++;
        handle.cancel();
      });
      await sleep(0);
      assert.equal(calls, 1);
      assert.equal(handle.cancelled(), true);
    }));

  it("names its callback for people", () =>
    runVirtual(async (loop) => {
      const handle = loop.callSoon(function greet() {});
      assert.equal(String(handle), "<Handle greet>");
      handle.cancel();
      assert.equal(String(handle), "<Handle cancelled>");
    }));

  it("forgets the callback and its arguments when it is cancelled", () =>
    runVirtual(async (loop) => {
      const timer = loop.callLater(1000, (_big: object) => {}, {});
      timer.cancel();
      assert.equal(timer._callback, null);
      assert.deepEqual(timer._args, []);
    }));
});

describe("TimerHandle", () => {
  it("knows its deadline", () =>
    runVirtual(async (loop) => {
      const later = loop.callLater(250, () => {});
      const at = loop.callAt(700, () => {});
      assert.ok(later instanceof TimerHandle && later instanceof Handle);
      assert.equal(later.when(), 350);
      assert.equal(at.when(), 700);
      assert.match(String(at), /^<TimerHandle /);
      later.cancel();
      at.cancel();
      assert.equal(at.when(), 700);
    }, { start: 100 }));

  it("cancelled after it was called says so, and does no harm", () =>
    runVirtual(async (loop) => {
      let calls = 0;
      const timer = loop.callLater(1, () => calls++);
      await sleep(2);
      timer.cancel();
      assert.equal(timer.cancelled(), true);
      assert.equal(calls, 1);
      const next = loop.callLater(1, () => calls++);
      await sleep(2);
      assert.equal(calls, 2);
      assert.equal(next.cancelled(), false);
    }));
});
