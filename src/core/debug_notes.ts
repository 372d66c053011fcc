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

  /** It comes from where `other` does. */
  noteAs(made: object, other: object): void {
    const origin = this.#origins.get(other);
    if (origin !== undefined) this.#origins.set(made, origin);
  }

  /** Where it was made, innermost frame first. */
  originOf(made: object): readonly string[] | undefined {
    return this.#origins.get(made);
  }

  /** A coroutine was called, and is to be awaited. */
  noteCoroutine(coroutine: Unstarted): void {
    this.note(coroutine);
    if (this.#coroutines.size >= this.#many) {
      this.#sweep(); // without the new one, which is not ready to be asked
      this.#many = Math.max(MANY, 2 * this.#coroutines.size);
    }
    this.#coroutines.add(coroutine);
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

/** Where the library's modules are. */
function library(): string {
  const here = import.meta.url;
  return here.slice(0, here.lastIndexOf("core/"));
}

/** The frames of the code that called the library; all of them where there is no such. */
function userFrames(): readonly string[] {
  const frames = currentFrames();
  const users = frames.filter((frame) => !isOurs(frame));
  return (users.length === 0 ? frames : users).slice(0, FRAMES);
}

/** Whether it is one of the library's own modules, with `at` in one of those whose paths it matches. */
export function isOurs(frame: string, at: RegExp = /^/): boolean {
  if (!at.test(frame)) return false;
  const url = library();
  return frame.includes(url) || frame.includes(decodeURI(url.replace(/^file:\/\//, ""))); // engines name files by either
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

/** Where frames are that belong to no file of the program. */
const OF_THE_ENGINE = /(\(|^(?!.*\()(async )?)(<anonymous>|native|unknown|node:|ext:)/;

/** The frames in the text of an error's stack. */
export function framesOf(stack: string | undefined): string[] {
  const lines = (stack ?? "").split("\n").filter((line) => line.startsWith("    at ")).map((line) => line.slice("    at ".length));
  return lines.filter((frame) => !OF_THE_ENGINE.test(frame));
}
