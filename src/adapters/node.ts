/**
 * The runtime of Node.
 *
 * Its drivers load node:* modules when they are first used. What differs:
 * - version 20 cannot share a port, and has no abstract names of unix sockets as others have;
 * - up to version 22 a reset by the peer looks like its end while something it sent is unread;
 * - without a free descriptor, connections that come are closed, and nobody is told;
 * - sockets of outgoing connections read into one piece of memory: `getExtraInfo("socket")` gives them, and they tell of no data themselves;
 * - a thread of an executor that goes far over its limit of memory in one step takes the process with it, as V8 has it;
 * - that a real-time signal ended a child is not told: its return code is then 0.
 *
 * @module
 */
import type { Runtime } from "../runtime/runtime.ts";
import { asyncResourceContext } from "./shared/async_resource_context.ts";
import { debugRequested } from "./shared/environment.ts";
import { hostClock, hostLoop } from "./shared/host.ts";
import { DirectReads } from "./shared/node_direct_reads.ts";
import { nodeNet } from "./shared/node_net.ts";
import { nodeFiles } from "./shared/node_files.ts";
import { nodePipes } from "./shared/node_pipes.ts";
import { nodeProcesses } from "./shared/node_processes.ts";
import { nodeSignals } from "./shared/node_signals.ts";
import { nodeTls } from "./shared/node_tls.ts";
import { nodeUdp } from "./shared/node_udp.ts";
import { nodeUnix } from "./shared/node_unix.ts";
import { nodeWorkers } from "./shared/node_workers.ts";
import { readSocket, writeSocket } from "./shared/socket_pipe.ts";

/** A runtime for loops of this thread. All of them share the thread's one store of asynchronous context. */
export function nodeRuntime(): Runtime {
  const reads = new DirectReads();
  return {
    name: "node",
    clock: hostClock(),
    host: hostLoop(),
    context: asyncResourceContext(),
    debugRequested,
    net: nodeNet({ reads }),
    udp: nodeUdp(),
    unix: nodeUnix(reads),
    pipes: nodePipes({ read: readSocket, write: writeSocket }),
    processes: nodeProcesses(),
    signals: nodeSignals(),
    tls: nodeTls(),
    files: nodeFiles(),
    workers: nodeWorkers(),
  };
}
