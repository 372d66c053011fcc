import { EventLoop, sleep, startServer } from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";
import { LoggingProtocol, makeTransport, runtimeWith, TestListener, TestNet } from "./_support.ts";

describe("what is open when the loop is closed", () => {
  it("does not keep the program alive", async () => {
    const { code, stdout, stderr } = await runProgram(new URL("./_leaves_all_open.ts", import.meta.url), { limit: 10_000 });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "main has ended\nrun has ended\n", stderr: "" });
  });

  it("is closed, without a word to anybody", async () => {
    const net = new TestNet();
    const loop = new EventLoop({ runtime: runtimeWith(net) });
    const protocol = new LoggingProtocol();
    const listener = new TestListener("127.0.0.1", 7);
    const { socket } = await loop.runUntilComplete(async () => {
      const made = makeTransport(protocol);
      const starting = startServer(() => {}, "127.0.0.1", 7);
      void net.asked(net.listens, 1).then(({ outcome }) => outcome(null, listener));
      await starting;
      await sleep(0);
      return made;
    });
    loop.close();
    assert.equal(socket.closed, true);
    assert.equal(listener.closed, true);
    assert.deepEqual(protocol.log, ["made"]);
  });
});
