/**
 * The runtime of Node.
 *
 * Its drivers load node:* modules when they are first used. What Node cannot do: on version 20, share a port and use abstract names of unix
 * sockets as others do.
 *
 * @module
 */
import type { Runtime } from "../runtime/runtime.ts";
import { asyncResourceContext } from "./shared/async_resource_context.ts";
import { debugRequested } from "./shared/environment.ts";
import { hostClock, hostLoop } from "./shared/host.ts";
import { nodeNet } from "./shared/node_net.ts";
import { nodeFiles } from "./shared/node_files.ts";
import { nodeSignals } from "./shared/node_signals.ts";
import { nodeTls } from "./shared/node_tls.ts";
import { nodeUdp } from "./shared/node_udp.ts";
import { nodeUnix } from "./shared/node_unix.ts";
import { nodeWorkers } from "./shared/node_workers.ts";

/** A runtime for loops of this thread. All of them share the thread's one store of asynchronous context. */
export function nodeRuntime(): Runtime {
  return {
    name: "node",
    clock: hostClock(),
    host: hostLoop(),
    context: asyncResourceContext(),
    debugRequested,
    net: nodeNet(),
    udp: nodeUdp(),
    unix: nodeUnix(),
    signals: nodeSignals(),
    tls: nodeTls(),
    files: nodeFiles(),
    workers: nodeWorkers(),
  };
}
