/**
 * Says, for what can be done with unix sockets and with names, how it ended: done, thrown at the call, or told later. Run on Deno with few
 * permissions. Its argument is the folder for the sockets.
 */

import process from "node:process";
import { defaultRuntime } from "../../../src/adapters/default_runtime.ts";
import type { ListenerHandle, ServiceName, SocketHandle } from "../../../src/runtime/net_driver.ts";
import { attempt } from "./_attempt.ts";

const { net, unix } = defaultRuntime();
const path = `${process.argv[2]}/s`;

function say(what: string, error: unknown, when: string): void {
  const { name, message } = error as Error;
  console.log(`${what}: ${when} ${name}: ${message.replaceAll(process.argv[2]!, "FOLDER")}`);
}

const listener = await attempt<ListenerHandle>(
  say,
  "listen",
  (outcome) => unix!.listen({ path, backlog: 8 }, (socket) => socket.close(), outcome),
);
const socket = await attempt<SocketHandle>(say, "connect", (outcome) => unix!.connect(path, outcome));
const abstract = await attempt<ListenerHandle>(
  say,
  "abstract",
  (outcome) => unix!.listen({ path: "\0tsyncio", backlog: 8 }, () => {}, outcome),
);
for (const [what, act] of [["look", () => unix!.look(path)], ["remove", () => unix!.remove(path)]] as const) {
  try {
    act();
    console.log(`${what}: done`);
  } catch (error) {
    say(what, error, "thrown");
  }
}
await attempt<ServiceName>(say, "name", (outcome) => net!.lookupService!("127.0.0.1", 80, outcome));
for (const handle of [socket, listener, abstract]) handle?.close();
