/** What every Clock and HostLoop must do, in real time. */

import type { Clock, HostLoop } from "../../src/runtime/host.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Hosts may fire a timer early, by less than this. */
const EARLY = 1;

/** The suite. `make` gives a clock and a loop of one host. */
export function checkHost(name: string, make: () => { readonly clock: Clock; readonly host: HostLoop }): void {
  describe(`${name}: clock`, () => {
    it("never goes backwards and has fractions of a millisecond", () => {
      const { clock } = make();
      const readings = Array.from({ length: 10_000 }, () => clock.now());
      assert.ok(readings.every((reading, i) => i === 0 || reading >= readings[i - 1]!));
      assert.ok(readings.some((reading) => !Number.isInteger(reading)));
    });

    it("says how small its steps are", () => {
      const { clock } = make();
      assert.ok(clock.resolution > 0 && clock.resolution <= 1);
    });
  });

  describe(`${name}: host loop`, () => {
    it("calls what is enqueued later, once, in order, after the microtasks", async () => {
      const { host } = make();
      const trace: string[] = [];
      const done = new Promise<void>((resolve) => {
        host.enqueue(() => trace.push("first"));
        host.enqueue(() => {
          trace.push("second");
          host.enqueue(resolve);
        });
      });
      queueMicrotask(() => trace.push("microtask"));
      trace.push("call");
      await done;
      assert.deepEqual(trace, ["call", "microtask", "first", "second"]);
    });

    it("lets timers fire between calls that keep enqueueing", async () => {
      const { host } = make();
      let fired = false;
      host.setTimer(2, () => fired = true);
      await new Promise<void>((resolve) => {
        const again = (): void => fired ? resolve() : host.enqueue(again);
        again();
      });
    });

    it("fires a timer once, when its delay has passed", async () => {
      const { clock, host } = make();
      const begin = clock.now();
      let calls = 0;
      await new Promise<void>((resolve) => host.setTimer(10, () => (calls++, resolve())));
      assert.ok(clock.now() - begin >= 10 - EARLY);
      await new Promise<void>((resolve) => host.setTimer(15, resolve));
      assert.equal(calls, 1);
    });

    it("fires timers by their delays, not in the order in which they were set", async () => {
      const { host } = make();
      const trace: number[] = [];
      await new Promise<void>((resolve) => {
        host.setTimer(30, () => (trace.push(30), resolve()));
        host.setTimer(5, () => trace.push(5));
      });
      assert.deepEqual(trace, [5, 30]);
    });

    it("never fires a timer inside the call that sets it", async () => {
      const { host } = make();
      let inside = true;
      const fired = new Promise<boolean>((resolve) => host.setTimer(0, () => resolve(inside)));
      inside = false;
      assert.equal(await fired, false);
    });

    it("forgets a timer that is cleared, and does not mind when it has fired or was cleared before", async () => {
      const { host } = make();
      const trace: string[] = [];
      const cleared = host.setTimer(1, () => trace.push("cleared"));
      host.clearTimer(cleared);
      host.clearTimer(cleared);
      await new Promise<void>((resolve) => {
        const fired = host.setTimer(5, () => {
          host.clearTimer(fired);
          trace.push("fired");
          resolve();
        });
      });
      assert.deepEqual(trace, ["fired"]);
    });

    it("takes a hold that is released again and again", () => {
      const hold = make().host.hold();
      hold.release();
      hold.release();
    });
  });
}
