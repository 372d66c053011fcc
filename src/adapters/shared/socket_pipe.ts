/**
 * Pipes over sockets of node:net, for descriptors of pipes and sockets.
 *
 * @module
 */
import type { ReadPipe, WritePipe } from "../../runtime/pipe_driver.ts";
import { getBuiltin } from "./host.ts";
import { type NodeReadable, NodeReadPipe, type NodeWritable, NodeWritePipe } from "./node_pipe.ts";

interface NodeNet {
  readonly Socket: new (
    options: { readonly fd: number; readonly readable: boolean; readonly writable: boolean },
  ) => NodeReadable & NodeWritable;
}

/** What is read from a descriptor, which is then the pipe's own. */
export function readSocket(descriptor: number): ReadPipe {
  const { Socket } = getBuiltin<NodeNet>("node:net");
  return new NodeReadPipe(new Socket({ fd: descriptor, readable: true, writable: false }));
}

/** What is written to a descriptor, which is then the pipe's own. */
export function writeSocket(descriptor: number): WritePipe {
  const { Socket } = getBuiltin<NodeNet>("node:net");
  return new NodeWritePipe(new Socket({ fd: descriptor, readable: false, writable: true }));
}
