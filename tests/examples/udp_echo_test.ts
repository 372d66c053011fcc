import { assert, describe, it } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";

const UDP_ECHO = new URL("../../docs/examples/udp_echo.ts", import.meta.url);

describe("the echo by UDP", () => {
  it("answers every question, though datagrams are lost, and leaves nothing open", async () => {
    const { code, stdout, stderr } = await runProgram(UDP_ECHO);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^the server has 127\.0\.0\.1, port \d+\n/);
    const numbers = /5 clients sent (\d+) datagrams, (\d+) of them again; the server got (\d+) and dropped (\d+)\.\n/.exec(stdout);
    const [sent, again, received, dropped] = (numbers ?? []).slice(1).map(Number) as [number, number, number, number];
    assert.equal(sent - again, 100);
    assert.ok(again >= dropped, "each that was dropped is asked again");
    assert.equal(dropped, Math.floor(received / 8));
    assert.ok(received >= 100 + dropped && received <= sent);
    assert.match(stdout, /\n100 of 100 questions are answered, \d+ answers came twice or late; 0 endpoints are left open\.\n$/);
  });
});
