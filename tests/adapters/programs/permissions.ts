/**
 * Says, for each thing that needs the network, how it ended: done, thrown at the call, or told later. Run on Deno with few permissions.
 * Its argument is the module of the driver to use: "native" or "node".
 */

import process from "node:process";
import { defaultRuntime } from "../../../src/adapters/default_runtime.ts";
import { checkNetPermission } from "../../../src/adapters/deno/permissions.ts";
import { nodeNet } from "../../../src/adapters/shared/node_net.ts";
import type { ListenerHandle, Outcome, SocketHandle } from "../../../src/runtime/net_driver.ts";

const net = process.argv[2] === "node" ? nodeNet({ check: checkNetPermission, countsTruly: false }) : defaultRuntime().net!;

function say(what: string, error: unknown, when: string): void {
  const { name, code, message, cause } = error as Error & { code?: string };
  console.log(`${what}: ${when} ${name} ${code} ${(cause as Error | undefined)?.name}: ${message}`);
}

async function attempt<T>(what: string, start: (outcome: Outcome<T>) => void): Promise<T | null> {
  let inside = true;
  try {
    const value = await new Promise<T>((resolve, reject) => {
      start((error, value) => error === null ? resolve(value as T) : reject(error));
      inside = false;
    });
    console.log(`${what}: done`);
    return value;
  } catch (error) {
    say(what, error, inside ? "thrown" : "told");
    return null;
  }
}

const listener = await attempt<ListenerHandle>(
  "listen",
  (outcome) => net.listen({ host: "127.0.0.1", port: 0, backlog: 8 }, (socket) => socket.close(), outcome),
);
const port = listener === null ? 9 : (listener.address as { port: number }).port;
const socket = await attempt<SocketHandle>("connect", (outcome) => net.connect({ host: "127.0.0.1", port }, outcome));
const elsewhere = await attempt<SocketHandle>("connect elsewhere", (outcome) => net.connect({ host: "::1", port: 9 }, outcome));
const second = await attempt<ListenerHandle>(
  "listen elsewhere",
  (outcome) => net.listen({ host: "::1", port: 0, backlog: 8 }, () => {}, outcome),
);
await attempt("lookup", (outcome) => net.lookup("localhost", "unspec", outcome));
for (const handle of [socket, listener, elsewhere, second]) handle?.close();
