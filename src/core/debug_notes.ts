/**
 * What a loop in debug mode knows besides: where things were made, and which coroutines nobody has awaited.
 *
 * @module
 */
import { running } from "./running.ts";

/** Something that runs when it is awaited. */
interface Unstarted {
  /** Whether nobody has begun to wait for it. */
  readonly _unused: boolean;
  /** What it is called, where that is known. */
  readonly _label: string;
}

/** So many frames are kept, as asyncio does. */
const FRAMES = 10;
/** Before so many are noted nobody looks which of them have been awaited since. */
const MANY = 1024;

/** The notes of one loop. */
export class DebugNotes {
  readonly #origins = new WeakMap<object, readonly string[]>();
  readonly #coroutines = new Set<Unstarted>();
  #many = MANY;

  constructor() {
    running.debugs = true;
  }

  /** Something is being made. */
  note(made: object): void {
    this.#origins.set(made, userFrames());
  }

  /** Where it was made, innermost frame first. */
  originOf(made: object): readonly string[] | undefined {
    return this.#origins.get(made);
  }

  /** A coroutine was called, and is to be awaited. */
  noteCoroutine(coroutine: Unstarted): void {
    this.note(coroutine);
    this.#coroutines.add(coroutine);
    if (this.#coroutines.size < this.#many) return;
    this.#sweep();
    this.#many = Math.max(MANY, 2 * this.#coroutines.size);
  }

  /** Nobody has to await it: its work was done at the call. */
  forget(coroutine: object): void {
    this.#coroutines.delete(coroutine as Unstarted);
  }

  #sweep(): void {
    for (const coroutine of this.#coroutines) if (!coroutine._unused) this.#coroutines.delete(coroutine);
  }

  /** Warns, once each, of those that were never awaited. */
  reportUnawaited(): void {
    this.#sweep();
    for (const coroutine of this.#coroutines) {
      const origin = this.originOf(coroutine) ?? [];
      const name = coroutine._label === "" ? "" : ` '${coroutine._label}'`;
      console.warn([`RuntimeWarning: coroutine${name} was never awaited`, ...origin.map((frame) => `    at ${frame}`)].join("\n"));
    }
    this.#coroutines.clear();
  }
}

const HERE = import.meta.url;
/** Where the library's modules are, as stacks name them: by URL or by path. */
const LIBRARY = HERE.slice(0, HERE.lastIndexOf("core/"));
const LIBRARY_PATH = decodeURI(LIBRARY.replace(/^file:\/\//, ""));

/** The frames of the code that called the library; all of them where there is no such. */
function userFrames(): readonly string[] {
  const frames = currentFrames();
  const users = frames.filter((frame) => !isOurs(frame));
  return (users.length === 0 ? frames : users).slice(0, FRAMES);
}

/** Whether it is one of the library's own modules, with `at` in one of those whose paths it matches. */
export function isOurs(frame: string, at: RegExp = /^/): boolean {
  return (frame.includes(LIBRARY) || frame.includes(LIBRARY_PATH)) && at.test(frame);
}

/** The frames on the stack, innermost first, without those of the engine. */
export function currentFrames(): string[] {
  const host = Error as { stackTraceLimit?: number | undefined };
  const { stackTraceLimit } = host;
  host.stackTraceLimit = Infinity;
  const { stack } = new Error();
  host.stackTraceLimit = stackTraceLimit;
  return framesOf(stack);
}

/** The frames in the text of an error's stack. */
export function framesOf(stack: string | undefined): string[] {
  const lines = (stack ?? "").split("\n").filter((line) => line.startsWith("    at ")).map((line) => line.slice("    at ".length));
  return lines.filter((frame) => !/\((<anonymous>|native|native:.*|unknown)\)$|^(native|unknown)$/.test(frame));
}
