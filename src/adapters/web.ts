/**
 * The runtime of any host that has the timers of browsers: pages, workers, servers on the edge; and of Deno, Bun and Node for programs that need no
 * input and output of the library. It has no network, no processes and no signals, and imports no module of a host.
 *
 * What code an `await` belongs to is found by the best means there is:
 * - node:async_hooks, where the host gives it without an import (Node, Deno, Bun, Cloudflare with `nodejs_compat`), or a global AsyncLocalStorage
 *   (Vercel's edge): everything works as elsewhere;
 * - none (browsers today): generator coroutines work as elsewhere, async functions as said in turn_context.ts.
 *
 * @module
 */
import type { ContextStorage } from "../runtime/host.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { asyncDriverContext } from "./shared/async_driver_context.ts";
import { asyncResourceContext } from "./shared/async_resource_context.ts";
import { hostClock, hostGlobals, hostLoop } from "./shared/host.ts";
import { snapshotContext } from "./shared/snapshot_context.ts";
import { canEnter, hasThreadStorage } from "./shared/thread_storage.ts";
import { turnContext } from "./shared/turn_context.ts";

/** A runtime for loops of this thread. All of them share the thread's one store of asynchronous context. */
export function webRuntime(): Runtime {
  return { name: "web", clock: hostClock(), host: hostLoop(), context: webContext() };
}

function webContext(): ContextStorage {
  if (!hasThreadStorage()) return turnContext();
  if (!canEnter()) return snapshotContext();
  return hostGlobals().Deno === undefined ? asyncResourceContext() : asyncDriverContext();
}
