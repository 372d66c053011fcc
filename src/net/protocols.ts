/**
 * Protocols: what a transport calls.
 *
 * @module
 */
import { UnsupportedOperationError } from "../errors.ts";
import { BaseProtocol } from "./base_protocol.ts";
import type { DatagramTransport, InetAddress, Transport } from "./transports.ts";

/**
 * A protocol for streams. The calls come in this order:
 *
 *     connectionMade → dataReceived, any number of times → eofReceived, at most once → connectionLost
 */
export class Protocol extends BaseProtocol {
  /** The connection is there: the first call. */
  override connectionMade(_transport: Transport): void {}

  /** The peer sent bytes: not empty, and cut wherever the network cut them. The array is the protocol's own from now on. */
  dataReceived(_data: Uint8Array): void {}

  /** The peer will send no more. Return true to keep the connection, so as to write on; else the transport closes. */
  eofReceived(): boolean | void {}
}

/**
 * A protocol for streams that has the memory for what is received: in place of `dataReceived` it has `getBuffer` and `bufferUpdated`, which are
 * called in turns. Bytes are copied into its memory, and the memory of the host's reads is used again where it is ours: on Deno. An object that
 * has `getBuffer` is taken for one.
 *
 *     connectionMade → (getBuffer → bufferUpdated), any number of times → eofReceived, at most once → connectionLost
 */
export class BufferedProtocol extends BaseProtocol {
  /** The connection is there: the first call. */
  override connectionMade(_transport: Transport): void {}

  /**
   * The memory to put bytes into. It may be the same each time, and is left alone after `bufferUpdated`.
   *
   * @param _sizehint how many bytes there are, at least 1; memory for fewer gets the rest in the next turn. None at all is an error.
   */
  getBuffer(_sizehint: number): Uint8Array {
    throw new UnsupportedOperationError("Cannot receive: the protocol has no getBuffer");
  }

  /** The peer sent bytes: `_nbytes` of them were put at the beginning of the memory. */
  bufferUpdated(_nbytes: number): void {}

  /** The peer will send no more. Return true to keep the connection, so as to write on; else the transport closes. */
  eofReceived(): boolean | void {}
}

/** What transports of streams call. */
export type StreamProtocol = Partial<Protocol> | Partial<BufferedProtocol>;

/** A protocol for datagrams. The calls come in this order: connectionMade, datagramReceived and errorReceived any number of times, connectionLost. */
export class DatagramProtocol extends BaseProtocol {
  /** The endpoint is there: the first call. */
  override connectionMade(_transport: DatagramTransport): void {}

  /** A datagram came, whole; it may be empty. The array is the protocol's own from now on. */
  datagramReceived(_data: Uint8Array, _address: InetAddress): void {}

  /** Sending or receiving failed, and the endpoint goes on: an OSError. Deno tells nothing of peers where nobody listens. */
  errorReceived(_error: Error): void {}
}
