import {
  ConnectionRefusedError,
  createTask,
  ExceptionGroup,
  getRunningLoop,
  isCancelled,
  OSError,
  Protocol,
  sleep,
  type Task,
} from "../../mod.ts";
import type { ConnectionOptions } from "../../src/net/connection.ts";
import { interleave } from "../../src/net/happy_eyeballs.ts";
import type { ResolvedAddress } from "../../src/runtime/net_driver.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runQuietly, runtimeWith, TestNet, TestSocket } from "./_support.ts";

function addresses(...list: string[]): ResolvedAddress[] {
  return list.map((address) => ({ address, family: address.includes(":") ? "IPv6" : "IPv4" }));
}

const FOUND = addresses("::1", "::2", "::3", "127.0.0.1", "127.0.0.2");

/** Runs `main` with a connection under way whose name has the addresses of `FOUND`. */
function connecting(
  options: Partial<ConnectionOptions>,
  main: (net: TestNet, task: Task<unknown>) => Promise<void>,
): Promise<void> {
  const net = new TestNet();
  return runQuietly(async () => {
    const task = createTask(() => getRunningLoop().createConnection(() => new Protocol(), { host: "name.test", port: 7, ...options }));
    (await net.asked(net.lookups, 1)).outcome(null, FOUND);
    await main(net, task);
  }, { runtime: runtimeWith(net) });
}

function hostsOf(net: TestNet): string[] {
  return net.connects.map(({ options }) => options.host);
}

function refusal(host: string): OSError {
  return new ConnectionRefusedError(`Cannot connect to ${host}: refused`, { code: "ECONNREFUSED" });
}

async function refuseAll(net: TestNet): Promise<void> {
  for (let i = 1; i <= FOUND.length; i++) {
    const { options, outcome } = await net.asked(net.connects, i);
    outcome(refusal(options.host), null);
  }
}

async function outcomeOf(task: Task<unknown>): Promise<unknown> {
  try {
    await task;
  } catch (error) {
    return error;
  }
  return null;
}

describe("interleave", () => {
  it("takes the families in turn, after as many of the first as it is told", () => {
    const inTurn = (count: number) => interleave(FOUND, count).map(({ address }) => address);
    assert.deepEqual(inTurn(1), ["::1", "127.0.0.1", "::2", "127.0.0.2", "::3"]);
    assert.deepEqual(inTurn(2), ["::1", "::2", "127.0.0.1", "::3", "127.0.0.2"]);
    assert.deepEqual(inTurn(9), FOUND.map(({ address }) => address));
    assert.deepEqual(interleave([], 1), []);
  });
});

describe("createConnection to a name with several addresses", () => {
  it("tries them one after the other, in the resolver's order, without a delay", () =>
    connecting({}, async (net, task) => {
      await refuseAll(net);
      const error = await outcomeOf(task);
      assert.ok(error instanceof OSError);
      assert.equal(error.code, "ECONNREFUSED");
      assert.deepEqual(hostsOf(net), FOUND.map(({ address }) => address));
    }));

  it("begins the next attempt after the delay, families in turn, and abandons the losers", () =>
    connecting({ happyEyeballsDelay: 1 }, async (net, task) => {
      const third = await net.asked(net.connects, 3);
      assert.deepEqual(hostsOf(net).slice(0, 3), ["::1", "127.0.0.1", "::2"]);
      const socket = new TestSocket();
      third.outcome(null, socket);
      const [transport] = await task as [{ abort(): void }, unknown];
      const { length } = net.connects;
      assert.deepEqual(net.connects.map(({ abandoned }) => abandoned), net.connects.map((one) => one !== third));
      await sleep(5);
      assert.equal(net.connects.length, length); // no more are begun
      transport.abort();
      await sleep(0);
      assert.ok(socket.closed);
    }));

  it("begins the next attempt at once when one fails, however long the delay", () =>
    connecting({ happyEyeballsDelay: 1e9 }, async (net, task) => {
      (await net.asked(net.connects, 1)).outcome(refusal("::1"), null);
      (await net.asked(net.connects, 2)).outcome(null, new TestSocket());
      const [transport] = await task as [{ abort(): void }, unknown];
      assert.equal(net.connects.length, 2);
      transport.abort();
      await sleep(0);
    }));

  it("closes a socket that comes after the winner", () =>
    connecting({ happyEyeballsDelay: 0 }, async (net, task) => {
      await net.asked(net.connects, 2);
      const [first, second] = [new TestSocket(), new TestSocket()];
      net.connects[1]!.outcome(null, second);
      net.connects[0]!.outcome(null, first);
      const [transport] = await task as [{ abort(): void }, unknown];
      assert.deepEqual([first.closed, second.closed], [true, false]);
      transport.abort();
      await sleep(0);
    }));

  it("keeps every attempt's error, in the order of the addresses, with allErrors", () =>
    connecting({ happyEyeballsDelay: 0, allErrors: true }, async (net, task) => {
      await net.asked(net.connects, FOUND.length);
      for (const { options, outcome } of [...net.connects].reverse()) outcome(refusal(options.host), null);
      const error = await outcomeOf(task);
      assert.ok(error instanceof ExceptionGroup);
      assert.equal(error.message, "create_connection failed");
      assert.deepEqual(error.errors.map(({ message }) => message), hostsOf(net).map((host) => refusal(host).message));
    }));

  it("abandons all attempts, and begins no more, when it is cancelled", () =>
    connecting({ happyEyeballsDelay: 1 }, async (net, task) => {
      await net.asked(net.connects, 2);
      task.cancel();
      assert.ok(isCancelled(await outcomeOf(task)));
      const { length } = net.connects;
      assert.ok(net.connects.every(({ abandoned }) => abandoned));
      await sleep(5);
      assert.equal(net.connects.length, length);
    }));

  it("ends at once for what is no error of the system", () =>
    connecting({ allErrors: true }, async (net, task) => {
      const wrong = new SyntaxError("a broken driver");
      (await net.asked(net.connects, 1)).outcome(wrong, null);
      assert.equal(await outcomeOf(task), wrong);
      assert.equal(net.connects.length, 1);
    }));

  it("refuses a delay and a count that cannot be right, at the call", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const call = (options: object) => () => loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port: 1, ...options });
      for (const delay of [-1, NaN]) assert.throws(call({ happyEyeballsDelay: delay }), RangeError);
      assert.throws(call({ happyEyeballsDelay: "1" }), TypeError);
      for (const count of [-1, 1.5, NaN]) assert.throws(call({ interleave: count }), RangeError);
      await sleep(0);
    }));
});
