/**
 * Starting child processes. What `EventLoop` offers as methods, for any loop.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, type CoroutineGenerator, scopedAwaitable } from "../core/mod.ts";
import { UnsupportedOperationError } from "../errors.ts";
import { attempt } from "../net/attempt.ts";
import { begin } from "../net/begin.ts";
import type { NetLoop } from "../net/net_loop.ts";
import type { ProcessHandle, SpawnOptions } from "../runtime/process_driver.ts";
import { ProcessTransport } from "./process_transport.ts";
import { PIPE, shellOptionsOf, spawnOptionsOf, type SubprocessOptions } from "./subprocess_options.ts";
import type { SubprocessProtocol, SubprocessTransport } from "./subprocess_protocol.ts";

/** `EventLoop.subprocessExec`. */
export function subprocessExec<P extends Partial<SubprocessProtocol>>(
  loop: NetLoop,
  protocolFactory: () => P,
  program: string,
  args: readonly string[],
  options: SubprocessOptions,
): Awaitable<[SubprocessTransport, P]> {
  checkFactory(protocolFactory);
  return scopedAwaitable(startProcess(loop, protocolFactory, spawnOptionsOf(program, args, options, PIPE)));
}

/** `EventLoop.subprocessShell`. */
export function subprocessShell<P extends Partial<SubprocessProtocol>>(
  loop: NetLoop,
  protocolFactory: () => P,
  command: string,
  options: SubprocessOptions,
): Awaitable<[SubprocessTransport, P]> {
  checkFactory(protocolFactory);
  return scopedAwaitable(startProcess(loop, protocolFactory, shellOptionsOf(command, options, PIPE)));
}

function checkFactory(protocolFactory: unknown): void {
  if (typeof protocolFactory === "function") return;
  throw new TypeError(`Cannot start a process: a function that makes a protocol was expected, got ${typeName(protocolFactory)}`);
}

/** Starts a process, and waits until its protocol knows of it. Cancelled, it kills the process. */
export function* startProcess<P extends Partial<SubprocessProtocol>>(
  loop: NetLoop,
  protocolFactory: () => P,
  options: SpawnOptions,
): CoroutineGenerator<[ProcessTransport, P]> {
  const { processes, name } = loop._runtime;
  if (processes === undefined) throw new UnsupportedOperationError(`Cannot start a process: the ${name} runtime has none`);
  const protocol = protocolFactory();
  const handle = yield* attempt<ProcessHandle>(loop, (outcome) => processes.spawn(options, outcome), discard);
  const transport = new ProcessTransport(loop, handle, protocol);
  yield* begin(loop, transport);
  return [transport, protocol];
}

/** Nobody wants it any more. */
function discard(handle: ProcessHandle): void {
  for (const pipe of [handle.stdin, handle.stdout, handle.stderr]) pipe?.close();
  handle.kill("SIGKILL");
}
