/**
 * The runtime of Bun, which has all of Node's modules that are needed here.
 *
 * What differs:
 * - every failure to connect is told as a refusal, so a unix server whose backlog is full looks like one that is gone;
 * - a listener's backlog is always 512;
 * - a text file without `#!` cannot be started as a program;
 * - a handler for SIGKILL is taken without a word, and signals are delivered without asynchronous context.
 *
 * @module
 */
import type { Runtime } from "../runtime/runtime.ts";
import { bunNet } from "./bun/net.ts";
import { bunPipes } from "./bun/pipes.ts";
import { bunProcesses } from "./bun/processes.ts";
import { asyncResourceContext } from "./shared/async_resource_context.ts";
import { debugRequested } from "./shared/environment.ts";
import { hostClock, hostLoop } from "./shared/host.ts";
import { nodeFiles } from "./shared/node_files.ts";
import { nodeSignals } from "./shared/node_signals.ts";
import { nodeTls } from "./shared/node_tls.ts";
import { nodeUdp } from "./shared/node_udp.ts";
import { nodeUnix } from "./shared/node_unix.ts";
import { webWorkers } from "./shared/web_workers.ts";

/** A runtime for loops of this thread. All of them share the thread's one store of asynchronous context. */
export function bunRuntime(): Runtime {
  return {
    name: "bun",
    clock: hostClock(),
    host: hostLoop(),
    context: asyncResourceContext(),
    debugRequested,
    net: bunNet(),
    udp: nodeUdp(),
    unix: nodeUnix(),
    pipes: bunPipes(),
    processes: bunProcesses(),
    signals: nodeSignals(),
    tls: nodeTls(false),
    files: nodeFiles(),
    workers: webWorkers(),
  };
}
