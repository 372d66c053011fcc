/**
 * asyncio for TypeScript: tasks that can be cancelled, structured concurrency and asynchronous I/O, with one API on Deno, Bun and Node.
 *
 * @example
 * ```ts ignore
 * import { createTask, run, sleep } from "@tsyncio/tsyncio";
 *
 * await run(async () => {
 *   const task = createTask(async () => {
 *     try {
 *       await sleep(60_000);
 *     } finally {
 *       await sleep(10); // cleaning up may wait
 *     }
 *   });
 *   await sleep(100);
 *   task.cancel(); // CancelledError is thrown at the `await` above
 * });
 * ```
 *
 * @module
 */

// running
export { EventLoop, type ExceptionHandler, getEventLoop, getRunningLoop, newEventLoop, type TaskFactory } from "./src/event_loop.ts";
export { run, Runner, type RunOptions } from "./src/runner.ts";
export type { BaseRunner, BaseRunOptions } from "./src/without_io/base_runner.ts";
export type { CoreEventLoop } from "./src/without_io/event_loop.ts";

// the kernel
export {
  type AbstractEventLoop,
  allTasks,
  type AnyRuntime as Runtime,
  type Asyncgen,
  asyncgen,
  type Awaitable,
  BaseEventLoop,
  type Body,
  type CallGraphOptions,
  captureCallGraph,
  Context,
  ContextVar,
  copyContext,
  type Coroutine,
  coroutine,
  type CoroutineGenerator,
  currentSignal,
  currentTask,
  type Drivable,
  ensureFuture,
  type ExceptionContext,
  formatCallGraph,
  type FrameCallGraphEntry,
  Future,
  type FutureCallGraph,
  type FutureOptions,
  Handle,
  isCancelled,
  isCoroutine,
  isCoroutineFunction,
  isFuture,
  type Items,
  type LoopOptions,
  printCallGraph,
  type ResultOf,
  type Startable,
  type Suspend,
  Task,
  type TaskOptions,
  TimerHandle,
  Token,
  type Turns,
  until,
  type Waitable,
  wrapFuture,
} from "./src/core/mod.ts";

// waiting
export { type AsCompleted, asCompleted } from "./src/tasks/as_completed.ts";
export { createTask } from "./src/tasks/create_task.ts";
export { createEagerTaskFactory, eagerTaskFactory } from "./src/tasks/eager_task_factory.ts";
export { gather, type Results } from "./src/tasks/gather.ts";
export { shield } from "./src/tasks/shield.ts";
export { sleep } from "./src/tasks/sleep.ts";
export { TaskGroup, taskGroup } from "./src/tasks/task_group.ts";
export { Timeout, timeout, timeoutAt, waitFor } from "./src/tasks/timeout.ts";
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, wait, type WaitOptions } from "./src/tasks/wait.ts";

// synchronisation
export { Barrier } from "./src/sync/barrier.ts";
export { Condition } from "./src/sync/condition.ts";
export { Event } from "./src/sync/event.ts";
export { Lock } from "./src/sync/lock.ts";
export type { Permit } from "./src/sync/permit.ts";
export { BoundedSemaphore, Semaphore } from "./src/sync/semaphore.ts";

// queues
export { LifoQueue, PriorityQueue, type PriorityQueueOptions, Queue } from "./src/queues/queue.ts";

// the network
export { BaseProtocol } from "./src/net/base_protocol.ts";
export type { ConnectionOptions, ServerOptions } from "./src/net/connection.ts";
export type { DatagramOptions } from "./src/net/datagram_endpoint.ts";
export {
  type AddressInfoOptions,
  AI_ADDRCONFIG,
  AI_ALL,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
} from "./src/net/name_lookup.ts";
export type { PipeSource } from "./src/net/pipes.ts";
export { BufferedProtocol, DatagramProtocol, Protocol } from "./src/net/protocols.ts";
export type { SendfileOptions } from "./src/net/sendfile.ts";
export type { Server } from "./src/net/server.ts";
export { createSslContext, SslContext, type SslContextOptions } from "./src/net/ssl_context.ts";
export { SslObject } from "./src/net/ssl_object.ts";
export type { SocketType } from "./src/net/services.ts";
export type { StartTlsOptions, TlsClientOptions, TlsServerOptions, TlsTimeouts } from "./src/net/tls_options.ts";
export type { UnixServerOptions } from "./src/net/unix.ts";
export type {
  AddressFamily,
  AddressInfo,
  BaseTransport,
  Data,
  DatagramTransport,
  ExtraInfo,
  InetAddress,
  ReadTransport,
  SocketAddress,
  Transport,
  UnixAddress,
  WriteTransport,
} from "./src/net/transports.ts";
export type { PeerCertificate } from "./src/runtime/tls_driver.ts";

// streams
export { type ClientHandler, openConnection, startServer, StreamReaderProtocol } from "./src/streams/open_connection.ts";
export { openUnixConnection, startUnixServer } from "./src/streams/open_unix_connection.ts";
export { type StreamOptions, StreamReader } from "./src/streams/stream_reader.ts";
export { StreamWriter } from "./src/streams/stream_writer.ts";
export { fromReadableStream, toReadableStream, toWritableStream } from "./src/streams/web_streams.ts";

// processes and signals
export { createSubprocessExec, createSubprocessShell, Process, type StopOptions } from "./src/process/process.ts";
export { DEVNULL, PIPE, STDOUT, type SubprocessOptions } from "./src/process/subprocess_options.ts";
export { SubprocessProtocol, type SubprocessTransport } from "./src/process/subprocess_protocol.ts";
export { type SignalName, signals } from "./src/process/signals.ts";

// executors
export { toThread } from "./src/executors/executor.ts";
export { type ModuleFunction, type ModuleFunctions, moduleFunctions } from "./src/executors/module_function.ts";
export { cancelRequested, runCoroutineThreadsafe, type ThreadsafeCall } from "./src/executors/threadsafe_call.ts";
export { transfer } from "./src/executors/transfer.ts";
export type { ExecutorOptions, ShutdownOptions } from "./src/executors/options.ts";
export { type Executor, ProcessPoolExecutor, ThreadPoolExecutor } from "./src/executors/pool_executors.ts";

// errors
export {
  AddressInfoError,
  BrokenBarrierError,
  BrokenExecutor,
  BrokenPipeError,
  CancelledError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  type ErrorMatcher,
  ExceptionGroup,
  FileExistsError,
  FileNotFoundError,
  IncompleteReadError,
  InvalidStateError,
  LimitOverrunError,
  LookupError,
  OSError,
  type OSErrorOptions,
  PermissionError,
  ProcessLookupError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  SendfileNotAvailableError,
  SSLCertVerificationError,
  SSLError,
  TimeoutError,
  UnsupportedOperationError,
} from "./src/errors.ts";
