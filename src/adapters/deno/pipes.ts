/**
 * PipeDriver of Deno: its own files, for its node:fs waits for what is written, and its node:net takes no descriptors of pipes.
 *
 * @module
 */
import type { PipeDriver, ReadPipe, WritePipe } from "../../runtime/pipe_driver.ts";
import { readFromDescriptor, writeToDescriptor } from "../shared/descriptor_pipe.ts";
import { nodePipes } from "../shared/node_pipes.ts";
import { PromiseReadPipe, PromiseWritePipe } from "../shared/promise_pipe.ts";
import { denoNamespace } from "./deno_namespace.ts";
import { checkFilePermission } from "./permissions.ts";

/** The driver. */
export function denoPipes(): PipeDriver {
  return nodePipes({ stdin, read: readFromDescriptor, write: writeToDescriptor, openRead, openWrite }, checkFilePermission);
}

function stdin(): ReadPipe {
  const { stdin } = denoNamespace();
  return new PromiseReadPipe(stdin, stdin.readable.getReader());
}

const READ_SIZE = 65536;

async function openRead(path: string): Promise<ReadPipe> {
  const file = await denoNamespace().open(path, { read: true });
  return new PromiseReadPipe(file, {
    read: async () => {
      const buffer = new Uint8Array(READ_SIZE);
      const count = await file.read(buffer);
      return count === null ? { done: true } : { done: false, value: buffer.subarray(0, count) };
    },
    cancel: async () => file.close(),
  });
}

async function openWrite(path: string): Promise<WritePipe> {
  const file = await denoNamespace().open(path, { write: true });
  const close = async (): Promise<void> => file.close();
  const write = async (chunk: Uint8Array): Promise<void> => {
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
  };
  return new PromiseWritePipe(file, { write, close, abort: close });
}
