/**
 * Both ends of a connection as streams, for the rules of streams.
 *
 * @module
 */
import type { Awaitable, CoroutineGenerator } from "../../core/mod.ts";
import { getRunningLoop } from "../../event_loop.ts";
import { StreamReaderProtocol } from "../../streams/open_connection.ts";
import { StreamReader } from "../../streams/stream_reader.ts";
import { StreamWriter } from "../../streams/stream_writer.ts";
import { pass } from "./ends.ts";
import { failureOf } from "./expect.ts";
import { type ConnectionMaker, pairOf } from "./subjects.ts";
import type { Rule } from "./suite.ts";
import type { TransportFeature } from "./transport_rules.ts";

/** A rule for streams. */
export type StreamRule = Rule<ConnectionMaker, TransportFeature>;

/** One end. */
export interface Side {
  readonly reader: StreamReader;
  readonly writer: StreamWriter;
}

/** Both ends of a new connection; the limit is that of the reader of the server. */
export function* openSides(maker: ConnectionMaker, limit: number = 64 * 1024): CoroutineGenerator<readonly [client: Side, server: Side]> {
  const loop = getRunningLoop();
  const readers = [new StreamReader({ loop }), new StreamReader({ loop, limit })] as const;
  const protocols = readers.map((reader) => new StreamReaderProtocol(reader, undefined, { loop }));
  const transports = yield* pairOf(maker, () => protocols[0]!, () => protocols[1]!);
  const side = (at: 0 | 1): Side => ({ reader: readers[at], writer: new StreamWriter(transports[at], protocols[at]!, readers[at]) });
  return [side(0), side(1)];
}

/** Closes ends without ceremony. */
export function* closeSides(...sides: readonly Side[]): CoroutineGenerator<void> {
  for (const { writer } of sides) writer.transport.abort();
  for (const { writer } of sides) yield* failureOf(writer.waitClosed());
}

/** A check of the streams of a new connection, which is over with the check. */
export function onSides(check: (client: Side, server: Side) => CoroutineGenerator<void>, limit?: number): StreamRule["check"] {
  return function* (maker) {
    const [client, server] = yield* openSides(maker, limit);
    yield* check(client, server);
    yield* closeSides(client, server);
  };
}

/** Sends chunks of 64 KiB, each when the one before is done, and watches what the transport holds. */
export class Flood {
  readonly total: number;
  sent = 0;
  /** The most bytes that the transport has held. */
  mostHeld = 0;
  readonly #side: Side;

  constructor(side: Side, total: number) {
    this.#side = side;
    this.total = total;
  }

  /** Sends all of it; `send` sends a chunk and gives the wait until the next may be sent. */
  *run(send: (chunk: Uint8Array) => Awaitable<unknown>): CoroutineGenerator<void> {
    const chunk = new Uint8Array(64 * 1024).fill(7);
    for (; this.sent < this.total; this.sent += chunk.length) {
      const sending = send(chunk);
      this.mostHeld = Math.max(this.mostHeld, this.#side.writer.transport.getWriteBufferSize());
      yield* sending;
    }
  }
}

/** Waits until a count does not grow any more, for all the time that `pass` lets pass. */
export function* settled(maker: ConnectionMaker, count: () => number): CoroutineGenerator<void> {
  for (let before = -1; before !== count();) {
    before = count();
    yield* pass(maker);
  }
}

/** Bytes as text. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
