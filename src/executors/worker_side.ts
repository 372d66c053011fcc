/**
 * The inside of a worker: it does jobs, one after the other.
 *
 * @module
 */
import { isDrivable, isPromiseLike, running, Task, type WorkerCall, type WorkerFace } from "../core/mod.ts";
import type { WorkerDriver, WorkerScope } from "../runtime/worker_driver.ts";
import { encodeError } from "./error_codec.ts";
import { type Answer, ANSWERS, type Call, CANCELLED_JOB, type JobMessage, type ToOwner, type ToWorker } from "./messages.ts";
import { loadFunction } from "./module_function.ts";
import { checkForProcess, unwrap } from "./transfer.ts";

/** Begins to serve whoever started this worker. */
export function serveJobs(driver: WorkerDriver): void {
  running.worker = new JobServer(driver, driver.enclosing()!);
}

class JobServer implements WorkerFace {
  readonly #driver: WorkerDriver;
  readonly #scope: WorkerScope;
  /** By the numbers that the owner has given them. */
  readonly #functions: (((...args: unknown[]) => unknown) | undefined)[] = [];
  readonly #names: { readonly url: string; readonly name: string }[] = [];
  #flags: Int32Array | null = null;
  #answers: MessagePort | null = null;
  /** Of processes, which have no flags. */
  #cancelled = 0;
  #job = 0;
  #calls = 0;
  readonly #open = new Map<number, WorkerCall>();

  constructor(driver: WorkerDriver, scope: WorkerScope) {
    this.#driver = driver;
    this.#scope = scope;
    scope.onMessage((message) => this.#receive(message as ToWorker));
  }

  #receive(message: ToWorker): void {
    if (isJob(message)) this.#begin(message);
    else if (message.type === "cancel") this.#cancelled = message.id;
    else if (message.type === "answer") this.#answer(message);
    else if (message.type === "look") this.#takeAnswers();
    else void this.#start(message);
  }

  async #start({ flags, answers, initializer }: Extract<ToWorker, { type: "start" }>): Promise<void> {
    this.#flags = flags;
    this.#answers = answers;
    try {
      if (initializer !== null) await settled((await loadFunction(this.#driver, initializer.url, initializer.name))(...initializer.args));
      this.#post({ type: "ready" });
    } catch (error) {
      this.#fail(error, "ready");
    }
  }

  /** What does not wait is done before it returns. */
  #begin([id, number, args, url, name]: JobMessage): void {
    this.#job = id;
    const fn = this.#functions[number];
    if (fn === undefined) return void this.#loadAndRun(number, args, url, name);
    try {
      const result = fn(...args);
      if (isPromiseLike(result) || isDrivable(result) && "next" in result) return void this.#finish(result);
      this.#done(result);
    } catch (error) {
      this.#fail(error, "failed");
    }
  }

  /** A function that could not be loaded is looked for again, by the name under which it is known. */
  async #loadAndRun(number: number, args: readonly unknown[], url?: string, name?: string): Promise<void> {
    if (url !== undefined && name !== undefined) this.#names[number] = { url, name };
    const known = this.#names[number]!;
    try {
      const fn = this.#functions[number] = await loadFunction(this.#driver, known.url, known.name);
      this.#done(await settled(fn(...args)));
    } catch (error) {
      this.#fail(error, "failed");
    }
  }

  async #finish(result: unknown): Promise<void> {
    try {
      this.#done(await settled(result));
    } catch (error) {
      this.#fail(error, "failed");
    }
  }

  #done(result: unknown): void {
    const list: object[] = [];
    try {
      this.#post([unwrap(result, list)], list);
    } catch (error) {
      this.#fail(new TypeError(`Cannot send the result of the job: ${messageOf(error)}`, { cause: error }), "failed");
    }
  }

  #fail(error: unknown, type: "ready" | "failed"): void {
    try {
      this.#post({ type, error: encodeError(error) });
    } catch {
      this.#post({ type, error: encodeError(error, this.#scope.kind === "process" ? checkForProcess : structuredClone) });
    }
  }

  #post(message: ToOwner, list: readonly object[] = []): void {
    if (this.#scope.kind === "process") checkForProcess(message);
    this.#scope.post(message, list);
  }

  /** Threads get their answers at a port of its own, where one that blocks can look. */
  #takeAnswers(): boolean {
    const received = this.#answers === null ? undefined : this.#scope.receiveNow(this.#answers);
    if (received === undefined) return false;
    this.#answer(received.message as Answer);
    this.#takeAnswers();
    return true;
  }

  #answer(answer: Answer): void {
    const call = this.#open.get(answer.id);
    this.#open.delete(answer.id);
    call?._answered(answer);
  }

  _cancelRequested(): boolean {
    const cancelled = this.#flags === null ? this.#cancelled : Atomics.load(this.#flags, CANCELLED_JOB);
    return this.#job !== 0 && cancelled === this.#job;
  }

  _call(call: object, answered: WorkerCall, transfer: readonly object[]): number {
    const id = ++this.#calls;
    this.#post({ type: "call", id, call: call as Call }, transfer);
    this.#open.set(id, answered);
    return id;
  }

  _cancelCall(id: number, message: string): void {
    if (this.#open.delete(id)) this.#post({ type: "cancelCall", id, message });
  }

  _block(call: WorkerCall, timeout: number): void {
    const flags = this.#flags;
    if (flags === null) throw new TypeError("Cannot wait for the result: a process has no memory in common with its owner; await it");
    const end = Date.now() + timeout;
    while (!call.done()) {
      const seen = Atomics.load(flags, ANSWERS);
      if (this.#takeAnswers()) continue;
      const left = end - Date.now();
      if (left <= 0) return;
      Atomics.wait(flags, ANSWERS, seen, left);
    }
  }
}

function isJob(message: ToWorker): message is JobMessage {
  return Array.isArray(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What it comes to: of a generator, which the thread's loop runs, and of a promise; anything else as it is. */
function settled(result: unknown): unknown {
  const isGenerator = isDrivable(result) && "next" in result && "throw" in result;
  return isGenerator && !isPromiseLike(result) ? new Task(result as never) : result;
}
