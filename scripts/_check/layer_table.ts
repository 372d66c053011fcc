/**
 * Who may import whom: the table that check_layers.ts holds the sources against. A new folder under src gets a row; a deviation is
 * an entry of `EXCEPTIONS` with its reason.
 */

/** What may be imported: a layer's name, `type` and a name for types only, or the path of one file. */
export type Allowed = string;

/** One layer. */
export interface Layer {
  readonly name: string;
  /** Paths: folders end with a slash. */
  readonly holds: readonly string[];
  /** Beside its own files. */
  readonly imports: readonly Allowed[];
  /** The only file of it that other layers may import. */
  readonly face?: string;
  /** Nothing of it is left at run time. */
  readonly typesOnly?: boolean;
  /** It names no global of any host beyond console, AbortController, AbortSignal, queueMicrotask, WeakRef, FinalizationRegistry. */
  readonly hostFree?: boolean;
  /** It may name the hosts, their globals and their modules. */
  readonly hosted?: boolean;
}

/** Layers 0 and 2 of which all others are made. */
const KERNEL = ["_internal", "errors", "core"] as const;
const PRIMITIVES = [...KERNEL, "tasks", "sync", "queues"] as const;
const IO = ["net", "streams", "process", "executors"] as const;

/** The layers, lowest first. */
export const LAYERS: readonly Layer[] = [
  { name: "_internal", holds: ["src/_internal/"], imports: [], hostFree: true },
  { name: "errors", holds: ["src/errors.ts"], imports: ["_internal"], hostFree: true },
  { name: "runtime", holds: ["src/runtime/"], imports: ["type _internal", "type errors"], typesOnly: true, hostFree: true },
  { name: "core", holds: ["src/core/"], imports: ["_internal", "errors", "type runtime"], face: "src/core/mod.ts", hostFree: true },
  { name: "tasks", holds: ["src/tasks/"], imports: [...KERNEL], hostFree: true },
  { name: "sync", holds: ["src/sync/"], imports: [...KERNEL, "tasks"], hostFree: true },
  { name: "queues", holds: ["src/queues/"], imports: [...KERNEL, "tasks", "sync"], hostFree: true },
  // An entry of its own: programs that import nothing else need the default loop too.
  { name: "gen entry", holds: ["src/gen/mod.ts"], imports: ["gen", "event_loop"] },
  { name: "gen", holds: ["src/gen/"], imports: [...PRIMITIVES], hostFree: true },
  { name: "net", holds: ["src/net/"], imports: [...PRIMITIVES, "type runtime"] },
  { name: "streams", holds: ["src/streams/"], imports: [...PRIMITIVES, "type runtime", "net"] },
  { name: "process", holds: ["src/process/"], imports: [...PRIMITIVES, "type runtime", "net", "streams"] },
  { name: "executors", holds: ["src/executors/"], imports: [...PRIMITIVES, "type runtime"] },
  { name: "without_io", holds: ["src/without_io/"], imports: [...PRIMITIVES, "type runtime", "src/adapters/web.ts"], hostFree: true },
  {
    name: "event_loop",
    holds: ["src/event_loop.ts"],
    imports: [...PRIMITIVES, ...IO, "type runtime", "without_io", "src/adapters/default_runtime.ts"],
  },
  {
    name: "runner",
    holds: ["src/runner.ts"],
    imports: [...PRIMITIVES, ...IO, "type runtime", "without_io", "event_loop", "src/adapters/default_runtime.ts"],
  },
  { name: "adapters", holds: ["src/adapters/"], imports: ["_internal", "errors", "type runtime"], hosted: true },
  {
    name: "testing",
    holds: ["src/testing/"],
    // Its context storage is the host's, and the errors of its network are those that a host's would be made of.
    imports: [
      ...PRIMITIVES,
      ...IO,
      "gen",
      "type runtime",
      "without_io",
      "event_loop",
      "runner",
      "src/adapters/default_runtime.ts",
      "src/adapters/shared/error_map.ts",
    ],
  },
  {
    name: "worker_entry",
    holds: ["src/worker_entry.ts"],
    imports: ["executors", "event_loop", "src/adapters/default_runtime.ts"],
  },
  { name: "entry", holds: ["mod.ts"], imports: [...PRIMITIVES, ...IO, "type runtime", "without_io", "event_loop", "runner"] },
];

/** Where error classes may be defined. */
export const ERROR_FILES: readonly string[] = ["src/errors.ts", "src/gen/"];

/** Where values may be computed at import, or module-level state kept; everywhere else both are findings. */
export interface Exception {
  readonly file: string;
  /** The constant, or the beginning of the statement. */
  readonly name: string;
  readonly reason: string;
}

/** The entry for hosts that are not known: what it loads names none of them, but for the files of `UNKNOWN_HOST`. */
export const HOSTLESS_ENTRY = "src/without_io/mod.ts";

/** The adapters that make do with what there is. */
export const UNKNOWN_HOST: readonly string[] = [
  "src/adapters/web.ts",
  "src/adapters/shared/async_driver_context.ts",
  "src/adapters/shared/async_resource_context.ts",
  "src/adapters/shared/host.ts",
  "src/adapters/shared/snapshot_context.ts",
  "src/adapters/shared/thread_storage.ts",
  "src/adapters/shared/turn_context.ts",
];

/** What these may name: members of `globalThis` that they look for, and one module, asked for by a call that answers where there is none. */
export const UNKNOWN_HOST_NAMES: readonly string[] = [
  ...["globalThis", "performance", "MessageChannel", "setImmediate", "setInterval"],
  "node:async_hooks",
];

/** The files of the one statement that runs at import, for each kind of loop: what the package's `sideEffects` names. */
export const IMPORT_TIME_FILES: readonly string[] = ["src/without_io/event_loop.ts", "src/event_loop.ts"];

export const EXCEPTIONS: readonly Exception[] = [
  { file: "src/worker_entry.ts", name: "serveJobs", reason: "the program of workers: nothing imports it, workers run it" },
  { file: "src/core/running.ts", name: "running", reason: "what is running on this thread: the one place for such state" },
  ...IMPORT_TIME_FILES.map((file) => ({
    file,
    name: "running.makeDefaultLoop",
    reason: "fills the slot of running.ts: the only statement of the library that runs at import, named in the package's sideEffects",
  })),
  {
    file: "src/core/awaitable.ts",
    name: "NAMELESS_NATIVE",
    reason: "asked for at every await; reading the engine's spelling costs a microsecond once",
  },
  { file: "src/core/awaitable.ts", name: "BOUND_ARE_NAMED", reason: "the same" },
  { file: "src/core/awaitable.ts", name: "GeneratorFunction", reason: "the prototype of generator functions has no global name" },
  {
    file: "src/gen/convert_yielded.ts",
    name: "convertYielded",
    reason: "tornado's convert_yielded is a function with a method, joined once",
  },
  { file: "src/gen/moment.ts", name: "moment", reason: "programs import it as a value and compare with it; making it looks for no loop" },
  {
    file: "src/adapters/shared/thread_storage.ts",
    name: "slot",
    reason: "adapters cannot see running.ts, and a second AsyncLocalStorage would be copied with every context of the host",
  },
  { file: "src/adapters/shared/turn_context.ts", name: "slot", reason: "the same, where there is no AsyncLocalStorage" },
];
