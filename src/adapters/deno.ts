/**
 * The runtime of Deno.
 *
 * Sockets are Deno's own, with node:net for what those cannot do: a local address, an address family of a name, a shared port. What differs:
 * - a connection cannot be reset: `close(true)` closes it, and closing with input unread sends an end where other hosts reset;
 * - a connection of node:net (a local address, a shared port) fails, with BrokenPipeError, to send a peer that has ended its half more than the system
 *   takes at once;
 * - the port of a listener is free one or two turns of the host after `close()`;
 * - a permission that was neither given nor denied is asked for at the call; lookups need `--allow-net` without a list;
 * - datagram endpoints are not told that nobody listens where they send to, and cannot share a port;
 * - listening on a unix socket needs permission to read and write its folder, and `--allow-net` without a list; its backlog is Deno's own;
 * - what is written to a file descriptor holds up the program while its reader is slow; that of a path or of a standard stream does not;
 * - the read of a FIFO that was closed ends, in a thread of the host, when somebody writes or all writers have gone, and the process not before;
 * - a burst of signals may be told once;
 * - a child that is to have a file descriptor needs `--allow-env` beside `--allow-run`, signals to its group `--allow-run` without a list;
 * - the pipe to a child that does not read is closed only when that ends, or reads.
 *
 * @module
 */
import type { Runtime } from "../runtime/runtime.ts";
import { denoNet } from "./deno/net.ts";
import { checkNetPermission, checkReadPermission } from "./deno/permissions.ts";
import { denoUnix } from "./deno/unix.ts";
import { denoPipes } from "./deno/pipes.ts";
import { denoProcesses } from "./deno/processes.ts";
import { asyncDriverContext } from "./shared/async_driver_context.ts";
import { debugRequested } from "./shared/environment.ts";
import { hostClock, hostLoop } from "./shared/host.ts";
import { nodeFiles } from "./shared/node_files.ts";
import { nodeSignals } from "./shared/node_signals.ts";
import { nodeTls } from "./shared/node_tls.ts";
import { nodeUdp } from "./shared/node_udp.ts";
import { webWorkers } from "./shared/web_workers.ts";

/** A runtime for loops of this thread. All of them share the thread's one store of asynchronous context. */
export function denoRuntime(): Runtime {
  return {
    name: "deno",
    clock: hostClock(),
    host: hostLoop(),
    context: asyncDriverContext(),
    debugRequested,
    net: denoNet(),
    udp: nodeUdp({ check: checkNetPermission, connects: false, cannotShare: "Deno" }),
    unix: denoUnix(),
    pipes: denoPipes(),
    processes: denoProcesses(),
    signals: nodeSignals(),
    tls: nodeTls(),
    files: nodeFiles(checkReadPermission),
    workers: webWorkers(),
  };
}
