/**
 * One worker of an executor, seen from outside.
 *
 * @module
 */
import { type BaseEventLoop, type CoroutineGenerator, isDrivable, isPromiseLike, runBody, type Task, until } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import type { WorkerDriver, WorkerHandle, WorkerKind } from "../runtime/worker_driver.ts";
import { type Encoded, encodeError } from "./error_codec.ts";
import { type Answer, ANSWERS, type Call, CANCELLED_JOB, type Result, type ToOwner, type ToWorker } from "./messages.ts";
import { loadFunction } from "./module_function.ts";
import { checkForProcess, unwrap } from "./transfer.ts";

/** Whom a worker tells what became of it and of its jobs. */
export interface SlotOwner {
  /** It can take jobs. */
  _ready(slot: WorkerSlot): void;
  /** It could not begin. */
  _failedToStart(slot: WorkerSlot, error: Encoded): void;
  /** Its job has come to something. */
  _jobEnded(slot: WorkerSlot, outcome: { readonly value: unknown } | { readonly error: Encoded }): void;
  /** It has ended. */
  _exited(slot: WorkerSlot, how: string, error: unknown): void;
}

/** A job, as far as its worker goes. */
export interface SlotJob {
  readonly call: Call;
  readonly loop: BaseEventLoop;
}

/** Where the module for workers is, beside this one, in sources and in packages. */
function entry(): string {
  const here = new URL(import.meta.url);
  return new URL(`../worker_entry${here.pathname.slice(here.pathname.lastIndexOf("."))}`, here).href;
}

/** A call that a worker has made, on the loop whose job made it. */
interface OpenCall {
  readonly loop: BaseEventLoop;
  /** Null until the loop has come to it. */
  task: Task<unknown> | null;
}

/**
 * A worker.
 *
 *     starting ── ready ──▶ idle ── begin ──▶ busy ── the job ends ──▶ idle
 *        └──────────────── exit, from anywhere ──────────────────▶ ended
 */
export class WorkerSlot<J extends SlotJob = SlotJob> {
  /** What it does; null while it starts and while it is idle. */
  job: J | null = null;
  /** Whether it was ready once. */
  started = false;
  /** How many jobs it was given. */
  jobs = 0;
  readonly #owner: SlotOwner;
  readonly #driver: WorkerDriver;
  readonly #kind: WorkerKind;
  readonly #handle: WorkerHandle;
  readonly #flags: Int32Array | null;
  readonly #answers: MessagePort | null;
  readonly #calls = new Map<number, OpenCall>();
  /** The functions that it knows, by URL and name. */
  readonly #functions = new Map<string, number>();
  /** The loop of the newest job, before the first the one that started it: calls of what a job left behind run there too. */
  #loop: BaseEventLoop;

  /** @throws the host's error when it cannot start one. */
  constructor(owner: SlotOwner, loop: BaseEventLoop, driver: WorkerDriver, kind: WorkerKind, name: string, initializer: Call | null) {
    this.#owner = owner;
    this.#loop = loop;
    this.#driver = driver;
    this.#kind = kind;
    this.#handle = driver.start(kind, entry(), name, {
      onMessage: (message) => this.#receive(message as ToOwner),
      onExit: (how, error) => this.#exited(how, error),
    });
    if (kind === "process") {
      this.#flags = this.#answers = null;
      this.#post({ type: "start", flags: null, answers: null, initializer });
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.#answers = port1;
    this.#flags = new Int32Array(new SharedArrayBuffer(8));
    this.#post({ type: "start", flags: this.#flags, answers: port2, initializer }, [port2]);
  }

  /** Gives it a job. @throws TypeError when the arguments cannot be sent: it is idle still. */
  begin(job: J): void {
    const list: object[] = [];
    const args = job.call.args.map((arg) => unwrap(arg, list));
    const { url, name } = job.call;
    const key = `${url} ${name}`;
    const known = this.#functions.get(key);
    try {
      if (known !== undefined) this.#post([this.jobs + 1, known, args], list);
      else this.#post([this.jobs + 1, this.#functions.size, args, url, name], list);
    } catch (error) {
      throw new TypeError(`Cannot send the arguments of ${job.call.name}(): ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
    if (known === undefined) this.#functions.set(key, this.#functions.size);
    this.jobs++;
    this.job = job;
    this.#loop = job.loop;
    this.#handle.keepAlive(true);
  }

  /** Tells it that its job was cancelled. */
  cancel(): void {
    if (this.#flags === null) this.#post({ type: "cancel", id: this.jobs });
    else Atomics.store(this.#flags, CANCELLED_JOB, this.jobs);
  }

  /** Lets the process end while it has nothing to do. */
  rest(): void {
    this.#handle.keepAlive(false);
  }

  /** Ends it when it has nothing to do. */
  stop(): void {
    this.#handle.keepAlive(true);
    this.#handle.stop();
  }

  /** Ends it at once. */
  terminate(): void {
    this.#handle.terminate();
  }

  #post(message: ToWorker, list: readonly object[] = []): void {
    if (this.#kind === "process") checkForProcess(message);
    this.#handle.post(message, list);
  }

  #receive(message: ToOwner): void {
    if (typeof message !== "object" || message === null) return; // sent by a job itself
    if (isResult(message)) return this.#owner._jobEnded(this, { value: message[0] });
    switch (message.type) {
      case "failed":
        return this.#owner._jobEnded(this, message);
      case "call":
        return this.#call(message.id, message.call);
      case "cancelCall":
        return this.#cancelCall(this.#calls.get(message.id), message.message || undefined);
      case "ready":
        if (message.error !== undefined) return this.#owner._failedToStart(this, message.error);
        this.started = true;
        this.#owner._ready(this);
    }
  }

  #call(id: number, call: Call): void {
    const loop = this.#loop;
    if (loop.isClosed()) return this.#answerError(id, new RuntimeError("Event loop is closed"));
    const open: OpenCall = { loop, task: null };
    this.#calls.set(id, open);
    loop._deliver(() => {
      const task = open.task = loop.createTask(() => runCall(this.#driver, call));
      task.addDoneCallback(() => {
        this.#calls.delete(id);
        this.#answer(id, task);
      });
    });
  }

  #cancelCall(call: OpenCall | undefined, message?: string): void {
    call?.loop._deliver(() => call.task?.cancel(message));
  }

  #answer(id: number, task: Task<unknown>): void {
    if (task.cancelled() || task._failed()) return this.#answerError(id, task._error("result"));
    const list: object[] = [];
    try {
      this.#sendAnswer({ type: "answer", id, value: unwrap(task.result(), list) }, list);
    } catch (error) {
      this.#answerError(id, new TypeError(`Cannot send the result: ${error instanceof Error ? error.message : error}`, { cause: error }));
    }
  }

  #answerError(id: number, error: unknown): void {
    try {
      this.#sendAnswer({ type: "answer", id, error: encodeError(error) }, []);
    } catch {
      this.#sendAnswer({ type: "answer", id, error: encodeError(error, this.#kind === "process" ? checkForProcess : structuredClone) }, []);
    }
  }

  #sendAnswer(answer: Answer, list: readonly object[]): void {
    if (this.#answers === null || this.#flags === null) return this.#post(answer);
    this.#answers.postMessage(answer, list as Transferable[]);
    Atomics.add(this.#flags, ANSWERS, 1);
    Atomics.notify(this.#flags, ANSWERS);
    this.#post({ type: "look" });
  }

  #exited(how: string, error: unknown): void {
    this.#answers?.close();
    for (const call of this.#calls.values()) this.#cancelCall(call, "the worker that called has ended");
    this.#owner._exited(this, how, error);
  }
}

function isResult(message: ToOwner): message is Result {
  return Array.isArray(message);
}

/** Calls an exported function, in the task that runs this. */
function* runCall(driver: WorkerDriver, { url, name, args }: Call): CoroutineGenerator<unknown> {
  const fn = yield* until(loadFunction(driver, url, name));
  return yield* runBody(() => {
    const result = fn(...args);
    return isPromiseLike(result) || isDrivable(result) && "next" in result ? result as PromiseLike<unknown> : immediately(result);
  });
}

function* immediately(value: unknown): CoroutineGenerator<unknown> {
  return value;
}
