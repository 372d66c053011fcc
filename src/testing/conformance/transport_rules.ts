/**
 * What every transport of a stream has to do while it is open.
 *
 * @module
 */
import type { CoroutineGenerator } from "../../core/mod.ts";
import { getRunningLoop } from "../../event_loop.ts";
import type { ExtraInfo, Transport } from "../../net/transports.ts";
import { connect, type Ends, finish, pass, turns } from "./ends.ts";
import { holds, same, sameBytes, thrownBy } from "./expect.ts";
import { pattern, Recorder } from "./recorder.ts";
import type { ConnectionMaker } from "./subjects.ts";
import type { Rule } from "./suite.ts";

/** What transports may lack. */
export type TransportFeature =
  /** Ending the sending half with `writeEof`, and reading on. TLS lacks it. */
  | "halfClose"
  /** Telling the peer of `abort({ reset: true })` by a ConnectionResetError. */
  | "reset"
  /** `peername` and `sockname`, which agree at both ends. */
  | "addresses"
  /** Calling a `BufferedProtocol`; without it `setProtocol` refuses one. */
  | "buffered"
  /** Sending files with `EventLoop.sendfile`. Runtimes without files lack it. Checked where the maker has a `file`. */
  | "sendfile";

/** A rule for transports. */
export type TransportRule = Rule<ConnectionMaker, TransportFeature>;

const KIB = 1024;
const MIB = 1024 * KIB;

/** A check of a new connection, which is over with the check. */
export function onPair(check: (ends: Ends) => CoroutineGenerator<void>): (maker: ConnectionMaker) => CoroutineGenerator<void> {
  return function* (maker) {
    const ends = yield* connect(maker);
    yield* check(ends);
    yield* finish(ends.client, ends.server);
  };
}

/** See above. */
export function transportRules(): TransportRule[] {
  return [...opening(), ...reading(), ...writing(), ...halfClosing()];
}

// ---------------------------------------------------------------- opening

function opening(): TransportRule[] {
  return [
    {
      name: "connectionMade is called first, once, with the transport",
      check: onPair(function* ({ client, server }) {
        for (const { protocol, transport } of [client, server]) {
          same(protocol.calls, ["made"], "the calls of a new connection");
          holds(protocol.transport === transport, "connectionMade is given the transport that is given out");
        }
        yield* turns(1);
      }),
    },
    {
      name: "a new transport is reading, not closing, and knows its protocol",
      check: onPair(function* ({ client, server }) {
        for (const { transport, protocol } of [client, server]) {
          same([transport.isReading(), transport.isClosing()], [true, false], "isReading and isClosing");
          holds(transport.getProtocol() === protocol, "getProtocol gives the protocol");
          same(transport.getExtraInfo("nothing" as keyof ExtraInfo, 7), 7, "the fallback of getExtraInfo");
        }
        yield* turns(1);
      }),
    },
    {
      name: "the addresses of both ends agree",
      feature: "addresses",
      check: onPair(function* ({ client, server }) {
        same(client.transport.getExtraInfo("peername"), server.transport.getExtraInfo("sockname"), "the address of the server");
        same(server.transport.getExtraInfo("peername"), client.transport.getExtraInfo("sockname"), "the address of the client");
        yield* turns(1);
      }),
      otherwise: {
        name: "addresses that are not known are null or undefined",
        check: onPair(function* ({ client }) {
          holds((client.transport.getExtraInfo("peername") ?? null) === null, "peername is not known");
          yield* turns(1);
        }),
      },
    },
    {
      name: "setProtocol has another protocol called",
      check: onPair(function* ({ client, server }) {
        const second = new Recorder();
        server.transport.setProtocol(second);
        holds(server.transport.getProtocol() === second, "getProtocol gives the protocol that was set");
        client.transport.write("word");
        yield* second.untilReceived(4);
        same([second.text(), server.protocol.received], ["word", 0], "what the new protocol and the old one received");
        server.transport.setProtocol(server.protocol);
      }),
    },
  ];
}

// ---------------------------------------------------------------- reading

function reading(): TransportRule[] {
  return [
    {
      name: "the bytes come in order, as plain Uint8Arrays that are not empty",
      check: onPair(function* ({ client, server }) {
        for (const word of ["one ", "two ", "three"]) client.transport.write(word);
        yield* server.protocol.untilReceived(13);
        same(server.protocol.text(), "one two three", "what was received");
        for (const chunk of server.protocol.chunks) {
          holds(Object.getPrototypeOf(chunk) === Uint8Array.prototype, "each chunk is a plain Uint8Array");
          holds(chunk.length > 0, "no chunk is empty");
        }
      }),
    },
    {
      name: "chunks stay what they were when more comes",
      check: onPair(function* ({ client, server }) {
        for (let round = 1; round <= 20; round++) {
          client.transport.write(new Uint8Array(100).fill(round));
          yield* server.protocol.untilReceived(100 * round);
        }
        const expected = Uint8Array.from({ length: 2000 }, (_, at) => 1 + Math.floor(at / 100));
        sameBytes(server.protocol.bytes(), expected, "what was received");
      }),
    },
    {
      name: "no data comes while reading is paused, and all of it afterwards",
      check: function* (maker) {
        const ends = yield* connect(maker);
        const { client, server } = ends;
        server.transport.pauseReading();
        server.transport.pauseReading();
        same(server.transport.isReading(), false, "isReading of a paused transport");
        client.transport.write("while it is paused");
        yield* pass(maker);
        same(server.protocol.received, 0, "the bytes received while reading was paused");
        server.protocol.inside(() => server.transport.resumeReading());
        same(server.transport.isReading(), true, "isReading of a resumed transport");
        yield* server.protocol.untilReceived(18);
        same(server.protocol.text(), "while it is paused", "what was received");
        same(server.protocol.reentered, false, "whether data came inside resumeReading");
        yield* finish(client, server);
      },
    },
    {
      name: "no data comes before connectionMade has returned, nor after it if that pauses reading",
      check: function* (maker) {
        const paused = new Recorder({ onMade: (transport) => transport.pauseReading() });
        const { client, server } = yield* connect(maker, new Recorder(), paused);
        client.transport.write("early");
        yield* pass(maker);
        same(paused.calls, ["made"], "the calls while reading is paused");
        server.transport.resumeReading();
        yield* paused.untilReceived(5);
        same(paused.text(), "early", "what was received");
        yield* finish(client, server);
      },
    },
    {
      name: "a protocol that pauses reading inside dataReceived gets no more, and nothing is lost over many pauses",
      check: function* (maker) {
        const choosy = new Recorder({ onData: (_data, transport) => transport.pauseReading() });
        const { client, server } = yield* connect(maker, new Recorder(), choosy);
        const data = pattern(MIB);
        client.transport.write(data);
        for (let chunks = 1; choosy.received < data.length; chunks++) {
          yield* choosy.until(() => choosy.chunks.length >= chunks || choosy.lost);
          yield* chunks === 1 ? pass(maker) : turns(3);
          same(choosy.chunks.length, chunks, "the chunks that came until reading was paused");
          server.transport.resumeReading();
        }
        sameBytes(choosy.bytes(), data, "what was received");
        yield* finish(client, server);
      },
    },
    {
      name: "what dataReceived throws is reported, and ends the connection with it",
      check: onPair(function* ({ client, server }) {
        const reports = captureReports();
        server.protocol.dataReceived = () => {
          throw new SyntaxError("not understood");
        };
        client.transport.write("nonsense");
        yield* server.protocol.untilLost();
        same(server.protocol.error?.name, "SyntaxError", "the error of connectionLost");
        same(reports.end(), ["SyntaxError: not understood"], "what the exception handler was told");
        yield* client.protocol.until(() => client.protocol.lost || client.protocol.calls.includes("eof"));
      }),
    },
  ];
}

/** Keeps what the loop's exception handler is told, until `end`. */
export function captureReports(): { readonly end: () => string[] } {
  const loop = getRunningLoop();
  const before = loop.getExceptionHandler();
  const reports: string[] = [];
  loop.setExceptionHandler((_loop, { exception }) => reports.push(String(exception)));
  return {
    end: () => {
      loop.setExceptionHandler(before);
      return reports;
    },
  };
}

// ---------------------------------------------------------------- writing

function writing(): TransportRule[] {
  return [
    {
      name: "10,000 writes of one byte arrive in order",
      check: onPair(function* ({ client, server }) {
        const data = pattern(10_000);
        client.protocol.inside(() => {
          for (let at = 0; at < data.length; at++) client.transport.write(data.subarray(at, at + 1));
        });
        yield* server.protocol.untilReceived(data.length);
        sameBytes(server.protocol.bytes(), data, "what was received");
        same(client.protocol.reentered, false, "whether the protocol was called inside write");
      }),
    },
    {
      name: "8 MiB pass both ways at once, in writes of all sizes",
      check: onPair(function* ({ client, server }) {
        const data = pattern(8 * MIB);
        for (const { transport } of [client, server]) writeInPieces(transport, data);
        yield* client.protocol.untilReceived(data.length);
        yield* server.protocol.untilReceived(data.length);
        sameBytes(client.protocol.bytes(), data, "what the client received");
        sameBytes(server.protocol.bytes(), data, "what the server received");
      }),
    },
    {
      name: "what is written is copied, strings are UTF-8, writeLines writes each, and anything else is a TypeError",
      check: onPair(function* ({ client, server }) {
        const data = new Uint8Array(5).fill(65);
        client.transport.write(data);
        data.fill(66);
        client.transport.write("");
        client.transport.writeLines(["é", new Uint8Array([67])]);
        for (const wrong of [7, null, [65], new ArrayBuffer(1)]) {
          same(thrownBy(() => client.transport.write(wrong as unknown as string), `write of ${String(wrong)}`), "TypeError", "the error");
        }
        same(thrownBy(() => client.transport.writeLines(["lost", 7 as unknown as string]), "writeLines of 7"), "TypeError", "the error");
        yield* server.protocol.untilReceived(8);
        same(server.protocol.text(), "AAAAAéC", "what was received");
      }),
    },
    {
      name: "a protocol can answer inside dataReceived",
      check: function* (maker) {
        const echo = new Recorder({ onData: (data, transport) => transport.write(data) });
        const { client, server } = yield* connect(maker, new Recorder(), echo);
        for (let round = 1; round <= 100; round++) {
          client.transport.write(new Uint8Array(64).fill(round));
          yield* client.protocol.untilReceived(64 * round);
        }
        same(client.protocol.received, 6400, "the bytes that came back");
        yield* finish(client, server);
      },
    },
    ...flowControl(),
  ];
}

/** Pieces from nothing to 50 KB. */
function writeInPieces(transport: Transport, data: Uint8Array): void {
  let at = 0;
  for (let size = 0; at < data.length; size = (size * 7 + 13) % 50_021) {
    transport.write(data.subarray(at, at + size));
    at += size;
  }
}

function flowControl(): TransportRule[] {
  return [
    {
      name: "the limits of the write buffer are 64 KiB and 16 KiB, can be set, and have to be in order",
      check: onPair(function* ({ client: { transport } }) {
        same(transport.getWriteBufferLimits(), { low: 16 * KIB, high: 64 * KIB }, "the limits");
        transport.setWriteBufferLimits({ high: 1000 });
        same(transport.getWriteBufferLimits(), { low: 250, high: 1000 }, "the limits for a high of 1000");
        transport.setWriteBufferLimits({ low: 1000 });
        same(transport.getWriteBufferLimits(), { low: 1000, high: 4000 }, "the limits for a low of 1000");
        same(thrownBy(() => transport.setWriteBufferLimits({ low: 2, high: 1 }), "limits out of order"), "RangeError", "the error");
        transport.setWriteBufferLimits();
        same(transport.getWriteBufferLimits(), { low: 16 * KIB, high: 64 * KIB }, "the limits without arguments");
        same(transport.getWriteBufferSize(), 0, "the size of an empty buffer");
        yield* turns(1);
      }),
    },
    {
      name: "pauseWriting is called inside the write that goes over the limit, resumeWriting once the reader has caught up",
      check: function* (maker) {
        const { client, server } = yield* connect(maker);
        const { transport, protocol } = client;
        server.transport.pauseReading();
        const { high } = transport.getWriteBufferLimits();
        let over = false;
        const write = (size: number): void => {
          transport.write(new Uint8Array(size));
          over ||= transport.getWriteBufferSize() > high; // hosts may take at once what is written
          if (over) same(protocol.calls, ["made", "pauseWriting"], "the calls for a buffer with a byte too many");
          else same(protocol.calls, ["made"], "the calls for a buffer that is not too full");
        };
        write(high);
        write(1);
        const total = 32 * MIB; // more than systems keep for those who do not read
        for (let written = high + 1; written < total; written += MIB) write(Math.min(MIB, total - written));
        yield* pass(maker);
        holds(transport.getWriteBufferSize() > high, "the transport holds what a peer that does not read cannot take");
        same(protocol.calls, ["made", "pauseWriting"], "the calls while the peer does not read");
        server.transport.resumeReading();
        yield* protocol.until(() => protocol.calls.includes("resumeWriting"));
        holds(transport.getWriteBufferSize() <= 16 * KIB, "the transport holds no more than the low limit when it calls resumeWriting");
        yield* server.protocol.untilReceived(total);
        same(server.protocol.received, total, "the bytes received");
        same(protocol.calls, ["made", "pauseWriting", "resumeWriting"], "the calls");
        yield* finish(client, server);
      },
    },
  ];
}

// ---------------------------------------------------------------- half-closing

function halfClosing(): TransportRule[] {
  return [
    {
      name: "writeEof ends the stream after what was written, and reading goes on",
      feature: "halfClose",
      check: onPair(function* ({ client, server }) {
        same(client.transport.canWriteEof(), true, "canWriteEof");
        client.transport.write("question");
        client.transport.writeEof();
        client.transport.writeEof();
        same(thrownBy(() => client.transport.write("more"), "write after writeEof"), "RuntimeError", "the error");
        yield* server.protocol.until(() => server.protocol.calls.includes("eof"));
        same(server.protocol.calls, ["made", "data", "eof"], "the calls of the server");
        server.transport.write("answer");
        yield* client.protocol.untilReceived(6);
        same([server.protocol.text(), client.protocol.text()], ["question", "answer"], "what was received");
        server.transport.close();
        yield* client.protocol.until(() => client.protocol.calls.includes("eof"));
        same(client.protocol.calls, ["made", "data", "eof"], "the calls of the client");
      }),
      otherwise: {
        name: "canWriteEof tells that writeEof cannot be used, and writeEof throws UnsupportedOperationError",
        check: onPair(function* ({ client: { transport } }) {
          same(transport.canWriteEof(), false, "canWriteEof");
          same(thrownBy(() => transport.writeEof(), "writeEof"), "UnsupportedOperationError", "the error");
          yield* turns(1);
        }),
      },
    },
    {
      name: "writeEof ends a stream that has nothing to send, at once",
      feature: "halfClose",
      check: onPair(function* ({ client, server }) {
        client.transport.writeEof();
        yield* server.protocol.until(() => server.protocol.calls.includes("eof"));
        server.transport.write("anything else?");
        yield* client.protocol.untilReceived(14);
        server.transport.writeEof();
        yield* client.protocol.until(() => client.protocol.calls.includes("eof"));
        same([client.protocol.calls, server.protocol.calls], [["made", "data", "eof"], ["made", "eof"]], "the calls");
      }),
    },
    {
      name: "no end comes while reading is paused",
      feature: "halfClose",
      check: function* (maker) {
        const { client, server } = yield* connect(maker);
        server.transport.pauseReading();
        client.transport.write("last words");
        client.transport.writeEof();
        yield* pass(maker);
        same(server.protocol.calls, ["made"], "the calls while reading is paused");
        server.transport.resumeReading();
        yield* server.protocol.until(() => server.protocol.calls.includes("eof"));
        same([...server.protocol.calls, server.protocol.text()], ["made", "data", "eof", "last words"], "the calls, and what was received");
        yield* finish(client, server);
      },
    },
  ];
}
