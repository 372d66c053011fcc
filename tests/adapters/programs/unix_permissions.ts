/**
 * Says, for what can be done with unix sockets and with names, how it ended: done, thrown at the call, or told later. Run on Deno with few
 * permissions. Its argument is the folder for the sockets.
 */

import process from "node:process";
import { defaultRuntime } from "../../../src/adapters/default_runtime.ts";
import type { ListenerHandle, Outcome, ServiceName, SocketHandle } from "../../../src/runtime/net_driver.ts";

const { net, unix } = defaultRuntime();
const path = `${process.argv[2]}/s`;

function say(what: string, error: unknown, when: string): void {
  const { name, message } = error as Error;
  console.log(`${what}: ${when} ${name}: ${message.replaceAll(process.argv[2]!, "FOLDER")}`);
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
  (outcome) => unix!.listen({ path, backlog: 8 }, (socket) => socket.close(), outcome),
);
const socket = await attempt<SocketHandle>("connect", (outcome) => unix!.connect(path, outcome));
const abstract = await attempt<ListenerHandle>("abstract", (outcome) => unix!.listen({ path: "\0tsyncio", backlog: 8 }, () => {}, outcome));
for (const [what, act] of [["look", () => unix!.look(path)], ["remove", () => unix!.remove(path)]] as const) {
  try {
    act();
    console.log(`${what}: done`);
  } catch (error) {
    say(what, error, "thrown");
  }
}
await attempt<ServiceName>("name", (outcome) => net!.lookupService!("127.0.0.1", 80, outcome));
for (const handle of [socket, listener, abstract]) handle?.close();
