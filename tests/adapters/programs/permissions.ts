/**
 * Says, for each thing that needs the network, how it ended: done, thrown at the call, or told later. Run on Deno with few permissions.
 * Its argument is the module of the driver to use: "native" or "node".
 */

import process from "node:process";
import { defaultRuntime } from "../../../src/adapters/default_runtime.ts";
import { checkNetPermission } from "../../../src/adapters/deno/permissions.ts";
import { nodeNet } from "../../../src/adapters/shared/node_net.ts";
import type { ListenerHandle, SocketHandle } from "../../../src/runtime/net_driver.ts";
import { attempt } from "./_attempt.ts";

const net = process.argv[2] === "node" ? nodeNet({ check: checkNetPermission, countsTruly: false }) : defaultRuntime().net!;

function say(what: string, error: unknown, when: string): void {
  const { name, code, message, cause } = error as Error & { code?: string };
  console.log(`${what}: ${when} ${name} ${code} ${(cause as Error | undefined)?.name}: ${message}`);
}

const listener = await attempt<ListenerHandle>(
  say,
  "listen",
  (outcome) => net.listen({ host: "127.0.0.1", port: 0, backlog: 8 }, (socket) => socket.close(), outcome),
);
const port = listener === null ? 9 : (listener.address as { port: number }).port;
const socket = await attempt<SocketHandle>(say, "connect", (outcome) => net.connect({ host: "127.0.0.1", port }, outcome));
const elsewhere = await attempt<SocketHandle>(say, "connect elsewhere", (outcome) => net.connect({ host: "::1", port: 9 }, outcome));
const second = await attempt<ListenerHandle>(
  say,
  "listen elsewhere",
  (outcome) => net.listen({ host: "::1", port: 0, backlog: 8 }, () => {}, outcome),
);
await attempt(say, "lookup", (outcome) => net.lookup("localhost", "unspec", outcome));
for (const handle of [socket, listener, elsewhere, second]) handle?.close();
