import { createConnection, createServer } from "node:net";
import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import { checkNetPermission } from "../../src/adapters/deno/permissions.ts";
import { nodeNet } from "../../src/adapters/shared/node_net.ts";
import { runtimeName } from "../_kit/mod.ts";
import { startProgram } from "../_kit/program.ts";
import { checkNet } from "../conformance/check_net.ts";
import type { ForeignPeer } from "../conformance/check_net_attempts.ts";
import { GAPS } from "../conformance/host_gaps.ts";

const peer: ForeignPeer = {
  listenAndReset() {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.resetAndDestroy());
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as { port: number };
        resolve({ port, close: () => void server.close() });
      });
    });
  },

  connectAndReset(port) {
    const socket = createConnection(port, "127.0.0.1");
    return new Promise((resolve) => {
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.on("connect", () => socket.resetAndDestroy());
    });
  },

  async listenDeaf(port) {
    const program = startProgram(new URL("./programs/deaf_listener.ts", import.meta.url), { args: [String(port)] });
    await program.waitFor("deaf");
    return {
      async close() {
        program.kill("SIGKILL");
        await program.ended;
      },
    };
  },
};

checkNet(`${runtimeName}'s own`, () => defaultRuntime().net!, GAPS[runtimeName].tcp, peer);

if (runtimeName === "deno") {
  checkNet("node:net on Deno", () => nodeNet({ check: checkNetPermission, countsTruly: false }), GAPS.node.tcp, peer);
}
