/**
 * The runtime of Deno.
 *
 * Sockets are Deno's own, with node:net for what those cannot do: a local address, an address family of a name, a shared port. What differs:
 * a connection cannot be reset, it is closed instead; an unresolved permission is asked for at the call; `lookup` needs
 * `--allow-net` without a list.
 *
 * @module
 */
import type { Runtime } from "../runtime/runtime.ts";
import { denoNet } from "./deno/net.ts";
import { asyncDriverContext } from "./shared/async_driver_context.ts";
import { debugRequested } from "./shared/environment.ts";
import { hostClock, hostLoop } from "./shared/host.ts";
import { nodeSignals } from "./shared/node_signals.ts";

/** A runtime for loops of this thread. All of them share the thread's one store of asynchronous context. */
export function denoRuntime(): Runtime {
  return {
    name: "deno",
    clock: hostClock(),
    host: hostLoop(),
    context: asyncDriverContext(),
    debugRequested,
    net: denoNet(),
    signals: nodeSignals(),
  };
}
