/**
 * What every transport of a stream has to do when it is closed, by whomever.
 *
 * @module
 */
import { connect, type End, finish, pass, turns } from "./ends.ts";
import { holds, same, sameBytes } from "./expect.ts";
import { pattern, Recorder } from "./recorder.ts";
import { onPair, type TransportRule } from "./transport_rules.ts";

/** See above. */
export function closingRules(): TransportRule[] {
  return [...closing(), ...aborting(), ...resetting(), ...ofThePeer()];
}

function closing(): TransportRule[] {
  return [
    {
      name: "close sends what was written; connectionLost(null) is called once, last, in a later turn",
      check: onPair(function* ({ client, server }) {
        const data = pattern(1_000_000);
        client.transport.write(data);
        client.protocol.inside(() => client.transport.close());
        same([client.transport.isClosing(), client.transport.isReading()], [true, false], "isClosing and isReading after close");
        yield* server.protocol.until(() => server.protocol.calls.includes("eof"));
        sameBytes(server.protocol.bytes(), data, "what was received before the end");
        server.transport.close();
        yield* client.protocol.untilLost();
        yield* server.protocol.untilLost();
        same(client.protocol.calls.filter(isNoFlowControl), ["made", "lost"], "the calls of the end that closes");
        same(server.protocol.calls, ["made", "data", "eof", "lost"], "the calls of the other end");
        same(client.protocol.reentered, false, "whether the protocol was called inside close");
      }),
    },
    {
      name: "an end that eofReceived does not want to keep is closed",
      check: onPair(function* ({ client, server }) {
        server.protocol.keepsOpen = false;
        client.transport.write("bye");
        client.transport.close();
        yield* server.protocol.untilLost();
        same(server.protocol.calls, ["made", "data", "eof", "lost"], "the calls");
        yield* client.protocol.untilLost();
        same(client.protocol.error, null, "the error of the end that closes");
      }),
    },
    {
      name: "what is done after close does nothing, and closing again does not either",
      check: onPair(function* ({ client, server }) {
        const { transport, protocol } = client;
        transport.close();
        doEverything(client);
        server.transport.write("too late");
        server.transport.close();
        yield* protocol.untilLost();
        doEverything(client);
        yield* server.protocol.untilLost();
        yield* turns(5);
        same(protocol.calls, ["made", "lost"], "the calls of the end that closes");
        same(server.protocol.received, 0, "the bytes that were written after close");
      }),
    },
    {
      name: "a protocol can close inside connectionMade and inside dataReceived",
      check: function* (maker) {
        const hasty = new Recorder({ onMade: (transport) => transport.close() });
        const curt = new Recorder({ onData: (_data, transport) => transport.close() });
        const first = yield* connect(maker, new Recorder(), hasty);
        yield* first.client.protocol.until(() => first.client.protocol.calls.length > 1);
        first.client.transport.close();
        const second = yield* connect(maker, new Recorder(), curt);
        second.client.transport.write("word");
        yield* second.client.protocol.until(() => second.client.protocol.calls.length > 1);
        second.client.transport.close();
        for (const { client, server } of [first, second]) {
          yield* client.protocol.untilLost();
          yield* server.protocol.untilLost();
        }
        same([hasty.calls, curt.calls], [["made", "lost"], ["made", "data", "lost"]], "the calls");
      },
    },
  ];
}

function isNoFlowControl(call: string): boolean {
  return call !== "pauseWriting" && call !== "resumeWriting";
}

/** What nobody should do to a transport that is closing, and what must do nothing then. */
function doEverything({ transport, protocol }: End): void {
  protocol.inside(() => {
    transport.close();
    transport.pauseReading();
    transport.resumeReading();
    transport.write("ignored");
    transport.writeLines(["ignored"]);
    if (transport.canWriteEof()) transport.writeEof();
  });
}

function aborting(): TransportRule[] {
  return [
    {
      name: "abort drops what was written, at once; connectionLost(null) is called once, in a later turn, and the peer is told",
      check: function* (maker) {
        const { client, server } = yield* connect(maker);
        const total = 32 * 1024 * 1024;
        server.transport.pauseReading();
        client.transport.write(new Uint8Array(total));
        yield* pass(maker);
        client.protocol.inside(() => client.transport.abort());
        same([client.transport.getWriteBufferSize(), client.transport.isClosing()], [0, true], "the buffer's size and isClosing");
        yield* client.protocol.untilLost();
        client.transport.abort();
        server.transport.resumeReading();
        yield* server.protocol.until(() => server.protocol.lost || server.protocol.calls.includes("eof"));
        holds(server.protocol.received < total, "the peer does not get all of what was written");
        same(client.protocol.calls.filter(isNoFlowControl), ["made", "lost"], "the calls");
        same(client.protocol.reentered, false, "whether the protocol was called inside abort");
        yield* finish(server);
      },
    },
    {
      name: "abort after close gives up what close was waiting for",
      check: function* (maker) {
        const { client, server } = yield* connect(maker);
        server.transport.pauseReading();
        client.transport.write(new Uint8Array(32 * 1024 * 1024));
        client.transport.close();
        yield* pass(maker);
        same(client.protocol.lost, false, "whether connectionLost was called while there was something to send");
        client.transport.abort();
        yield* client.protocol.untilLost();
        same(client.protocol.error, null, "the error of connectionLost");
        yield* finish(server);
      },
    },
  ];
}

function resetting(): TransportRule[] {
  return [
    {
      name: "abort with reset is told to the peer by a ConnectionResetError",
      feature: "reset",
      check: onPair(function* ({ client, server }) {
        client.transport.abort({ reset: true });
        yield* client.protocol.untilLost();
        yield* server.protocol.untilLost();
        same([client.protocol.calls, server.protocol.calls], [["made", "lost"], ["made", "lost: ConnectionResetError"]], "the calls");
        same((server.protocol.error as { readonly code?: string }).code, "ECONNRESET", "the code of the error");
      }),
      otherwise: {
        name: "abort with reset ends the connection like abort",
        check: onPair(function* ({ client, server }) {
          client.transport.abort({ reset: true });
          yield* client.protocol.untilLost();
          yield* server.protocol.until(() => server.protocol.calls.length > 1);
          same(server.protocol.calls, ["made", "eof"], "the calls of the peer");
        }),
      },
    },
  ];
}

function ofThePeer(): TransportRule[] {
  return [
    {
      name: "no end comes while reading is paused, and everything before it comes first",
      check: function* (maker) {
        const { client, server } = yield* connect(maker);
        server.transport.pauseReading();
        client.transport.write("last words");
        client.transport.close();
        yield* pass(maker);
        same(server.protocol.calls, ["made"], "the calls while reading is paused");
        server.transport.resumeReading();
        yield* server.protocol.until(() => server.protocol.calls.includes("eof"));
        same([...server.protocol.calls, server.protocol.text()], ["made", "data", "eof", "last words"], "the calls, and what was received");
        yield* finish(client, server);
      },
    },
    {
      name: "writing to a peer that is gone never throws, and ends in connectionLost",
      check: onPair(function* ({ client, server }) {
        server.transport.abort();
        yield* server.protocol.untilLost();
        for (let round = 0; !client.protocol.lost && round < 100_000; round++) {
          client.transport.write("anybody there?");
          yield;
        }
        yield* client.protocol.untilLost();
        same(client.protocol.calls.filter((call) => call.startsWith("lost")).length, 1, "the number of calls of connectionLost");
        client.transport.write("nobody");
      }),
    },
  ];
}
