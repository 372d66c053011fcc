/**
 * PipeDriver of Bun, over `Bun.file`: its node:net brings nothing of what is read from a file descriptor, and waits for what is written to one.
 *
 * @module
 */
import type { PipeDriver } from "../../runtime/pipe_driver.ts";
import { closeDescriptor } from "../shared/descriptor_pipe.ts";
import { hostGlobals } from "../shared/host.ts";
import { nodePipes } from "../shared/node_pipes.ts";
import { type ByteReader, PromiseReadPipe, PromiseWritePipe } from "../shared/promise_pipe.ts";
import { type FileSink, sinkOf } from "./file_sink.ts";

interface BunFile {
  stream(): { getReader(): ByteReader };
  writer(): FileSink;
}

/** The driver. */
export function bunPipes(): PipeDriver {
  return nodePipes({ read: readDescriptor, write: writeDescriptor });
}

function fileOf(descriptor: number): BunFile {
  return (hostGlobals().Bun as { file(descriptor: number): BunFile }).file(descriptor);
}

/** Bun leaves the descriptor open. */
function readDescriptor(descriptor: number): PromiseReadPipe {
  const reader = fileOf(descriptor).stream().getReader();
  return new PromiseReadPipe(descriptor, {
    read: () => reader.read(),
    cancel: () => reader.cancel().finally(() => closeDescriptor(descriptor)),
  });
}

function writeDescriptor(descriptor: number): PromiseWritePipe {
  const { write, close } = sinkOf(fileOf(descriptor).writer());
  const end = (): Promise<unknown> => close().finally(() => closeDescriptor(descriptor));
  return new PromiseWritePipe(descriptor, { write, close: end, abort: end });
}
