/**
 * What StreamReader and StreamWriter have to do over any transport.
 *
 * @module
 */
import type { CoroutineGenerator, Task } from "../../core/mod.ts";
import { ConnectionError, ConnectionResetError, IncompleteReadError, LimitOverrunError } from "../../errors.ts";
import { getRunningLoop } from "../../event_loop.ts";
import { seededRandom } from "../seeded_random.ts";
import { turns } from "./ends.ts";
import { failureOf, holds, nameOf, same, sameBytes } from "./expect.ts";
import { pattern } from "./recorder.ts";
import { closeSides, decode, Flood, onSides, openSides, settled, type Side, type StreamRule } from "./sides.ts";
import { webStreamRules } from "./web_stream_rules.ts";

const KIB = 1024;

/** See above. */
export function streamRules(): StreamRule[] {
  return [...reading(), ...lines(), ...writing(), ...ending(), ...webStreamRules()];
}

// ---------------------------------------------------------------- reading

function reading(): StreamRule[] {
  return [
    {
      name: "read gives what there is, readExactly waits for all of it, readUntil for its separator",
      check: onSides(function* (client, server) {
        client.writer.write("abc");
        same(decode(yield* server.reader.read(2)), "ab", "read(2)");
        client.writer.write("defgh");
        same(decode(yield* server.reader.readExactly(5)), "cdefg", "readExactly(5)");
        client.writer.write("ij;;kl|m");
        same(decode(yield* server.reader.readUntil(";;")), "hij;;", "readUntil(';;')");
        same(decode(yield* server.reader.readUntil([";", "|"])), "kl|", "readUntil of two separators");
        same(decode(yield* server.reader.readExactly(1)), "m", "readExactly(1)");
        same(server.reader.atEof(), false, "atEof");
      }),
    },
    {
      name: "a read that is cancelled takes nothing away",
      check: onSides(function* (client, server) {
        for (const wanted of [1, 5, 100]) {
          const task: Task<Uint8Array> = getRunningLoop().createTask(server.reader.readExactly(wanted));
          yield* turns(3);
          task.cancel();
          same(nameOf(yield* failureOf(task)), "CancelledError", "the error of a read that is cancelled");
        }
        client.writer.write("all of it");
        same(decode(yield* server.reader.readExactly(9)), "all of it", "what is read afterwards");
      }),
    },
    {
      name: "a hundred reads of all kinds agree with what was written, however it was cut",
      check: onSides(function* (client, server) {
        const random = seededRandom(5);
        const data = pattern(200 * KIB);
        const writing = getRunningLoop().createTask(() => writeInPieces(client, data, random));
        let at = 0;
        while (at < data.length) {
          const wanted = Math.min(1 + Math.floor(random() * 4 * KIB), data.length - at);
          const got = random() < 0.5 ? yield* server.reader.readExactly(wanted) : yield* server.reader.read(wanted);
          holds(got.length > 0, "no read is empty before the end");
          sameBytes(got, data.subarray(at, at + got.length), `what was read from ${at} on`);
          at += got.length;
        }
        yield* writing;
      }),
    },
  ];
}

function* writeInPieces({ writer }: Side, data: Uint8Array, random: () => number): CoroutineGenerator<void> {
  for (let at = 0; at < data.length;) {
    const size = Math.floor(random() ** 4 * 30_000);
    writer.write(data.subarray(at, at + size));
    at += size;
    yield* writer.drain();
  }
}

function lines(): StreamRule[] {
  return [
    {
      name: "lines are read one by one, the last without its newline, and then none",
      check: onSides(function* (client, server) {
        client.writer.writeLines(["first\n", "\n", "third", " line\nlast"]);
        client.writer.close();
        const read: string[] = [];
        for (let item = yield* server.reader.next(); !item.done; item = yield* server.reader.next()) read.push(decode(item.value));
        same(read, ["first\n", "\n", "third line\n", "last"], "the lines");
        same([server.reader.atEof(), (yield* server.reader.readLine()).length], [true, 0], "atEof, and the length of one more line");
      }),
    },
    {
      name: "readUntil beyond the limit throws LimitOverrunError and drops nothing; readLine throws RangeError and drops the line",
      check: onSides(function* (client, server) {
        client.writer.write(`${"x".repeat(200)}\nnext\n`);
        const error = yield* failureOf(server.reader.readUntil("\n"));
        holds(error instanceof LimitOverrunError, `readUntil throws LimitOverrunError, not ${nameOf(error)}`);
        same((yield* server.reader.readExactly(200)).length, 200, "the bytes that are still there");
        same(decode(yield* server.reader.readLine()), "\n", "the rest of the line");
        same(decode(yield* server.reader.readLine()), "next\n", "the next line");
        client.writer.write(`${"y".repeat(200)}\nlast\n`);
        same(nameOf(yield* failureOf(server.reader.readLine())), "RangeError", "the error of readLine");
      }, 100),
    },
    {
      name: "a stream that ends too soon gives IncompleteReadError with what there was",
      check: onSides(function* (client, server) {
        client.writer.write("half");
        client.writer.close();
        const error = yield* failureOf(server.reader.readExactly(10));
        holds(error instanceof IncompleteReadError, `readExactly throws IncompleteReadError, not ${nameOf(error)}`);
        same([decode(error.partial), error.expected], ["half", 10], "what there was, and how much was expected");
        same((yield* server.reader.read()).length, 0, "the length of what is read after the end");
      }),
    },
  ];
}

// ---------------------------------------------------------------- writing

function writing(): StreamRule[] {
  return [
    {
      name: "drain waits for a reader that does not read, and goes on when it does; what is held meanwhile is bounded",
      check: function* (maker) {
        const [client, server] = yield* openSides(maker);
        const flood = new Flood(client, 32 * KIB * KIB);
        const flooding = getRunningLoop().createTask(() =>
          flood.run((chunk) => {
            client.writer.write(chunk);
            return client.writer.drain();
          })
        );
        yield* settled(maker, () => flood.sent);
        holds(flood.sent < flood.total, "the writer has to wait for the reader");
        for (let read = 0; read < flood.total;) read += (yield* server.reader.read(256 * KIB)).length;
        yield* flooding;
        holds(flood.mostHeld <= 2 * 64 * KIB, `the transport holds no more than its limit and one chunk, not ${flood.mostHeld} bytes`);
        yield* closeSides(client, server);
      },
    },
    {
      name: "everything that is written before close arrives, and waitClosed returns when the connection is gone",
      check: onSides(function* (client, server) {
        const data = pattern(500_000);
        client.writer.write(data);
        client.writer.close();
        same(client.writer.isClosing(), true, "isClosing");
        const got = yield* server.reader.read();
        sameBytes(got, data, "what was read");
        server.writer.close();
        yield* client.writer.waitClosed();
        yield* server.writer.waitClosed();
      }),
    },
    {
      name: "writeEof ends the stream, and the answer can still be read",
      feature: "halfClose",
      check: onSides(function* (client, server) {
        client.writer.write("question");
        client.writer.writeEof();
        same(decode(yield* server.reader.read()), "question", "the question");
        server.writer.write("answer");
        server.writer.close();
        same(decode(yield* client.reader.read()), "answer", "the answer");
        client.writer.close();
        yield* client.writer.waitClosed();
      }),
      otherwise: {
        name: "canWriteEof tells that the stream cannot be ended by halves",
        check: onSides(function* (client) {
          same(client.writer.canWriteEof(), false, "canWriteEof");
          yield* turns(1);
        }),
      },
    },
  ];
}

// ---------------------------------------------------------------- ending

function ending(): StreamRule[] {
  return [
    {
      name: "a reset is thrown by reads, by drain and by waitClosed",
      feature: "reset",
      check: onSides(function* (client, server) {
        const reading = getRunningLoop().createTask(server.reader.readLine());
        yield* turns(2);
        client.writer.transport.abort({ reset: true });
        const errors = [yield* failureOf(reading), yield* failureOf(server.writer.drain()), yield* failureOf(server.writer.waitClosed())];
        for (const error of errors) holds(error instanceof ConnectionResetError, `it is a ConnectionResetError, not ${nameOf(error)}`);
        holds(server.reader.exception() instanceof ConnectionResetError, "exception() tells it");
      }),
      otherwise: {
        name: "an abort of the peer is the end of the stream",
        check: onSides(function* (client, server) {
          client.writer.transport.abort({ reset: true });
          same((yield* server.reader.read()).length, 0, "the length of what is read");
        }),
      },
    },
    {
      name: "drain throws ConnectionResetError once the connection is gone, and write does nothing",
      check: onSides(function* (client) {
        client.writer.close();
        yield* client.writer.waitClosed();
        client.writer.write("too late");
        const error = yield* failureOf(client.writer.drain());
        holds(error instanceof ConnectionResetError, `drain throws ConnectionResetError, not ${nameOf(error)}`);
        same((yield* client.reader.read()).length, 0, "the length of what is read from a closed connection");
      }),
    },
    {
      name: "both ends can close at once, and neither waits for the other; what waitClosed throws then is only that the peer was faster",
      check: onSides(function* (client, server) {
        for (const { writer } of [client, server]) {
          writer.write("goodbye");
          writer.close();
        }
        for (const { writer } of [client, server]) {
          const error = yield* failureOf(writer.waitClosed());
          holds(error === null || error instanceof ConnectionError, `waitClosed throws nothing or a ConnectionError, not ${nameOf(error)}`);
        }
      }),
    },
  ];
}
