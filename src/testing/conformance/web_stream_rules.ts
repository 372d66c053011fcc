/**
 * What readers and writers have to do as web streams, and web streams as readers, over any transport.
 *
 * @module
 */
import { type CoroutineGenerator, until } from "../../core/mod.ts";
import { ConnectionError } from "../../errors.ts";
import { getRunningLoop } from "../../event_loop.ts";
import { join } from "../../net/data.ts";
import { fromReadableStream, toReadableStream, toWritableStream } from "../../streams/web_streams.ts";
import { failureOf, holds, nameOf, same, sameBytes } from "./expect.ts";
import { pattern } from "./recorder.ts";
import { closeSides, decode, Flood, onSides, openSides, settled, type StreamRule } from "./sides.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** More than systems keep for those who do not read. */
const MUCH = 32 * MIB;

/** See above. */
export function webStreamRules(): StreamRule[] {
  return [...passing(), ...holdingBack(), ...stopping()];
}

function passing(): StreamRule[] {
  return [
    {
      name: "a writer as a web stream sends what is written to it and its end, which a reader as a web stream gives",
      check: onSides(function* (client, server) {
        const data = pattern(300_000);
        const writing = toWritableStream(client.writer).getWriter();
        const reading = getRunningLoop().createTask(() => readAll(toReadableStream(server.reader)));
        yield* until(writing.write("words "));
        for (let at = 0; at < data.length; at += 70_000) yield* until(writing.write(data.subarray(at, at + 70_000)));
        const closing = writing.close();
        const got = yield* reading;
        same(decode(got.subarray(0, 6)), "words ", "the text");
        sameBytes(got.subarray(6), data, "the bytes");
        server.writer.close();
        yield* until(closing);
      }),
    },
  ];
}

function* readAll(stream: ReadableStream<Uint8Array>): CoroutineGenerator<Uint8Array> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  for (let item = yield* until(reader.read()); !item.done; item = yield* until(reader.read())) parts.push(item.value);
  return join(parts, parts.reduce((length, part) => length + part.length, 0));
}

// ---------------------------------------------------------------- back-pressure

function holdingBack(): StreamRule[] {
  return [
    {
      name: "a write to a web stream waits for a peer that does not read, and a web stream that nobody reads is such a peer",
      check: function* (maker) {
        const [client, server] = yield* openSides(maker);
        const writing = toWritableStream(client.writer).getWriter();
        const reading = toReadableStream(server.reader).getReader();
        const flood = new Flood(client, MUCH);
        const flooding = getRunningLoop().createTask(() => flood.run((chunk) => until(writing.write(chunk))));
        yield* settled(maker, () => flood.sent);
        holds(flood.sent < MUCH, "the writer has to wait for the reader");
        for (let read = 0; read < MUCH;) read += (yield* until(reading.read())).value!.length;
        yield* flooding;
        holds(flood.mostHeld <= 2 * 64 * KIB, `the transport holds no more than its limit and one chunk, not ${flood.mostHeld} bytes`);
        yield* closeSides(client, server);
      },
    },
    {
      name: "a web stream as a reader is read no faster than what comes of it is sent on",
      check: function* (maker) {
        const [client, server] = yield* openSides(maker);
        let given = 0;
        const source = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (given >= MUCH) return controller.close();
            given += 64 * KIB;
            controller.enqueue(new Uint8Array(64 * KIB).fill(7));
          },
        });
        const from = fromReadableStream(source);
        let sent = 0;
        const sending = getRunningLoop().createTask(function* () {
          for (let data = yield* from.read(64 * KIB); data.length > 0; data = yield* from.read(64 * KIB)) {
            client.writer.write(data);
            sent += data.length;
            yield* client.writer.drain();
          }
        });
        yield* settled(maker, () => given);
        holds(!sending.done(), "the web stream has to wait for the peer");
        holds(given - sent <= 4 * 64 * KIB, `no more than twice the limit and a chunk or two is read ahead, not ${given - sent} bytes`);
        for (let read = 0; read < MUCH;) read += (yield* server.reader.read(MIB)).length;
        yield* sending;
        yield* closeSides(client, server);
      },
    },
  ];
}

// ---------------------------------------------------------------- cancelling, aborting, failing

function stopping(): StreamRule[] {
  return [
    {
      name: "cancelling the web stream of a reader closes the connection, after what was written to it",
      check: onSides(function* (client, server) {
        const stream = toReadableStream(server.reader);
        server.writer.write("last words");
        yield* until(stream.cancel("enough"));
        same(server.writer.isClosing(), true, "isClosing");
        same(decode(yield* client.reader.read()), "last words", "what the peer reads, to the end");
        client.writer.close();
        yield* server.writer.waitClosed();
      }),
    },
    {
      name: "aborting the web stream of a writer aborts the connection, and drops what was written",
      check: onSides(function* (client, server) {
        const writing = toWritableStream(client.writer).getWriter();
        server.writer.transport.pauseReading();
        yield* until(writing.write("first"));
        const write = failureOf(until(writing.write(new Uint8Array(MUCH))));
        holds(client.writer.transport.getWriteBufferSize() > 0, "the write is under way");
        const aborting = writing.abort(new SyntaxError("enough"));
        yield* write; // over, one way or the other
        yield* until(aborting);
        same(nameOf(yield* failureOf(until(writing.write("more")))), "SyntaxError", "the error of a write afterwards");
        same([client.writer.isClosing(), client.writer.transport.getWriteBufferSize()], [true, 0], "isClosing and the buffer's size");
        yield* failureOf(client.writer.waitClosed());
        server.writer.transport.resumeReading();
        let read = 0;
        const error = yield* failureOf(function* (): CoroutineGenerator<void> {
          for (let data = yield* server.reader.read(MIB); data.length > 0; data = yield* server.reader.read(MIB)) read += data.length;
        }());
        holds(error === null || error instanceof ConnectionError, `the peer reads its end or a ConnectionError, not ${nameOf(error)}`);
        holds(read < MUCH, "the peer does not get all of what was written");
      }),
    },
    {
      name: "the web streams of a connection that is reset fail with ConnectionResetError",
      feature: "reset",
      check: onSides(function* (client, server) {
        const reading = toReadableStream(server.reader).getReader();
        const writing = toWritableStream(server.writer).getWriter();
        const read = reading.read();
        client.writer.transport.abort({ reset: true });
        same(nameOf(yield* failureOf(until(read))), "ConnectionResetError", "the error of the read");
        same(nameOf(yield* failureOf(until(writing.closed))), "ConnectionResetError", "the error of the stream that is written to");
      }),
      otherwise: {
        name: "the web stream of a reader whose peer aborts ends",
        check: onSides(function* (client, server) {
          const reading = toReadableStream(server.reader).getReader();
          client.writer.transport.abort({ reset: true });
          same((yield* until(reading.read())).done, true, "whether the web stream is done");
        }),
      },
    },
  ];
}
