/**
 * Protocols: what a transport calls.
 *
 * @module
 */
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

/** A protocol for datagrams. The calls come in this order: connectionMade, datagramReceived and errorReceived any number of times, connectionLost. */
export class DatagramProtocol extends BaseProtocol {
  /** The endpoint is there: the first call. */
  override connectionMade(_transport: DatagramTransport): void {}

  /** A datagram came, whole; it may be empty. The array is the protocol's own from now on. */
  datagramReceived(_data: Uint8Array, _address: InetAddress): void {}

  /** Sending or receiving failed, and the endpoint goes on: an OSError. Deno tells nothing of peers where nobody listens. */
  errorReceived(_error: Error): void {}
}
