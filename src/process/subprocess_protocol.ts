/**
 * Child processes as transports and protocols.
 *
 * @module
 */
import { BaseProtocol } from "../net/base_protocol.ts";
import type { BaseTransport } from "../net/transports.ts";
import type { SignalName } from "./signals.ts";

/** A transport whose other end is a child process. */
export interface SubprocessTransport extends BaseTransport {
  /** Closes its pipes, and kills it if it has not ended. `connectionLost` is called once it has. */
  close(): void;
  /** Its process id. */
  getPid(): number;
  /** Its exit code, −N when signal N ended it, null while it runs. */
  getReturncode(): number | null;
  /** The WriteTransport of 0, stdin, and the ReadTransports of 1, stdout, and 2, stderr; null where no pipe was asked for. */
  getPipeTransport(fd: number): BaseTransport | null;
  /**
   * Sends it a signal. Nothing happens when it has just ended.
   *
   * @throws RangeError for the name of no signal; ProcessLookupError once it and its pipes have ended; PermissionError for another user's.
   */
  sendSignal(signal: SignalName): void;
  /** Asks it to end, by SIGTERM. @throws as `sendSignal`. */
  terminate(): void;
  /** Ends it, by SIGKILL. @throws as `sendSignal`. */
  kill(): void;
}

/**
 * A protocol for child processes. The calls come in this order, `processExited` anywhere among those of the pipes:
 *
 *     connectionMade → pipeDataReceived, any number of times → pipeConnectionLost, for each pipe → connectionLost
 *
 * `pauseWriting` and `resumeWriting` are of stdin.
 */
export class SubprocessProtocol extends BaseProtocol {
  /** The process was started: the first call. */
  override connectionMade(_transport: SubprocessTransport): void {}

  /** It wrote to its stdout (1) or stderr (2): not empty. The array is the protocol's own from now on. */
  pipeDataReceived(_fd: number, _data: Uint8Array): void {}

  /** The pipe has ended, with an error or without. */
  pipeConnectionLost(_fd: number, _error: Error | null): void {}

  /** It has ended: the transport knows the return code. Its pipes may bring more. */
  processExited(): void {}
}
