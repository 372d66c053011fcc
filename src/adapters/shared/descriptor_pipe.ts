/**
 * Pipes over node:fs, which waits in threads of the host.
 *
 * A read or write that waits cannot be called off: closing is then done when it ends.
 *
 * @module
 */
import type { ReadPipe, WritePipe } from "../../runtime/pipe_driver.ts";
import { getBuiltin } from "./host.ts";
import { PromiseReadPipe, PromiseWritePipe } from "./promise_pipe.ts";

/** What a file descriptor leads to. */
export interface FileKind {
  isFIFO(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
}

/** The part of node:fs that works with descriptors. */
export interface NodeFs {
  readonly constants: { readonly O_RDONLY: number; readonly O_WRONLY: number; readonly O_NONBLOCK: number };
  open(path: string, flags: number, done: (error: unknown, descriptor: number) => void): void;
  openSync(path: string, flags: number): number;
  fstatSync(descriptor: number): FileKind;
  statSync(path: string): FileKind;
  close(descriptor: number, done: () => void): void;
  read(
    descriptor: number,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: null,
    done: (error: unknown, count: number) => void,
  ): void;
  write(
    descriptor: number,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: null,
    done: (error: unknown, count: number) => void,
  ): void;
}

/** node:fs. */
export function nodeFs(): NodeFs {
  return getBuiltin<NodeFs>("node:fs");
}

const READ_SIZE = 65536;

/** What is read from a descriptor, which is then the pipe's own. */
export function readFromDescriptor(descriptor: number): ReadPipe {
  const whenIdle = new Idle(descriptor);
  return new PromiseReadPipe(descriptor, {
    read: async () => {
      const buffer = new Uint8Array(READ_SIZE);
      const count = await whenIdle.run((done) => nodeFs().read(descriptor, buffer, 0, READ_SIZE, null, done));
      return count === 0 ? { done: true } : { done: false, value: buffer.subarray(0, count) };
    },
    cancel: async () => whenIdle.close(),
  });
}

/** What is written to a descriptor, which is then the pipe's own. */
export function writeToDescriptor(descriptor: number): WritePipe {
  const whenIdle = new Idle(descriptor);
  const close = async (): Promise<void> => whenIdle.close();
  return new PromiseWritePipe(descriptor, {
    write: async (chunk) => {
      for (let at = 0; at < chunk.length && !whenIdle.closed;) {
        at += await whenIdle.run((done) => nodeFs().write(descriptor, chunk, at, chunk.length - at, null, done));
      }
    },
    close,
    abort: close,
  });
}

/** A descriptor that is closed only when nothing works with it: its number could be that of another file by then. */
class Idle {
  readonly #descriptor: number;
  #busy = false;
  closed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  run(start: (done: (error: unknown, count: number) => void) => void): Promise<number> {
    this.#busy = true;
    return new Promise((resolve, reject) =>
      start((error, count) => {
        this.#busy = false;
        if (this.closed) closeDescriptor(this.#descriptor);
        if (error) reject(error as Error);
        else resolve(count);
      })
    );
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (!this.#busy) closeDescriptor(this.#descriptor);
  }
}

/** Closes a descriptor. */
export function closeDescriptor(descriptor: number): void {
  nodeFs().close(descriptor, () => {});
}
