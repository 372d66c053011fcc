/**
 * What `EventLoop.sendfile` has to do over every transport.
 *
 * @module
 */
import type { CoroutineGenerator, Task } from "../../core/mod.ts";
import { getRunningLoop } from "../../event_loop.ts";
import { connect, type Ends, finish, pass } from "./ends.ts";
import { failureOf, holds, nameOf, same, sameBytes, thrownBy } from "./expect.ts";
import type { SampleFile } from "./subjects.ts";
import type { TransportRule } from "./transport_rules.ts";

const KIB = 1024;

/** See above. For makers that have a file. */
export function sendfileRules(): TransportRule[] {
  return [...sending(), ...waiting(), ...refusing()];
}

function onFile(
  check: (ends: Ends, file: SampleFile, more: () => CoroutineGenerator<void>) => CoroutineGenerator<void>,
): TransportRule["check"] {
  return function* (maker) {
    const file = maker.file!;
    if (file.bytes.length < 100_000) throw new RangeError(`the file has ${file.bytes.length} bytes, fewer than the rules need`);
    const ends = yield* connect(maker);
    yield* check(ends, file, () => pass(maker));
    yield* finish(ends.client, ends.server);
  };
}

function sending(): TransportRule[] {
  return [
    {
      name: "sendfile sends the whole file in its turn among what is written, and gives how much that was",
      feature: "sendfile",
      check: onFile(function* ({ client, server }, { path, bytes }) {
        client.transport.write("before ");
        same(yield* getRunningLoop().sendfile(client.transport, path), bytes.length, "what sendfile gives");
        client.transport.write(" after");
        const total = bytes.length + 13;
        yield* server.protocol.untilReceived(total);
        const got = server.protocol.bytes();
        same([text(got.subarray(0, 7)), text(got.subarray(7 + bytes.length))], ["before ", " after"], "what came before and after");
        sameBytes(got.subarray(7, 7 + bytes.length), bytes, "what came of the file");
      }),
      otherwise: {
        name: "sendfile is an UnsupportedOperationError, and sends nothing",
        check: onFile(function* ({ client, server }, { path }) {
          const error = yield* failureOf(getRunningLoop().sendfile(client.transport, path));
          same(nameOf(error), "UnsupportedOperationError", "the error");
          client.transport.write("goes on");
          yield* server.protocol.untilReceived(7);
          same(server.protocol.text(), "goes on", "what was received");
        }),
      },
    },
    {
      name: "sendfile with an offset and a count sends that part of the file, and nothing beyond its end",
      feature: "sendfile",
      check: onFile(function* ({ client, server }, { path, bytes }) {
        const size = bytes.length;
        const parts = [[0, 10], [size - 10, undefined], [1000, 70_000], [size - 5, 100], [size, undefined], [size + 1, 7]] as const;
        let received = 0;
        for (const [offset, count] of parts) {
          const options = count === undefined ? { offset } : { offset, count };
          const wanted = bytes.subarray(offset, count === undefined ? size : offset + count);
          const what = `offset ${offset} and count ${count}`;
          same(yield* getRunningLoop().sendfile(client.transport, path, options), wanted.length, `what sendfile gives for ${what}`);
          yield* server.protocol.untilReceived(received + wanted.length);
          sameBytes(server.protocol.bytes().subarray(received), wanted, `what came for ${what}`);
          received += wanted.length;
        }
      }),
    },
  ];
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** More than systems keep for those who do not read. */
const MUCH = 32 * KIB * KIB;

/** Sends a file again and again, to a peer that does not read until `go`. */
class Sending {
  readonly times: number;
  readonly task: Task<void>;
  readonly #ends: Ends;
  readonly #path: SampleFile["path"];

  constructor(ends: Ends, { path, bytes }: SampleFile) {
    this.#ends = ends;
    this.#path = path;
    this.times = Math.ceil(MUCH / bytes.length);
    ends.server.transport.pauseReading();
    ends.client.transport.setWriteBufferLimits({ high: 1, low: 0 });
    this.task = getRunningLoop().createTask(() => this.#run());
  }

  *#run(): CoroutineGenerator<void> {
    for (let time = 0; time < this.times; time++) yield* getRunningLoop().sendfile(this.#ends.client.transport, this.#path);
  }

  /** Waits until nothing moves any more. While the transport holds something, no file is read: these come in their own time. */
  *settle(more: () => CoroutineGenerator<void>): CoroutineGenerator<void> {
    const { transport } = this.#ends.client;
    for (let [before, rests] = [0, 0]; rests < 3;) {
      holds(!this.task.done(), "sendfile waits for a peer that does not read");
      yield* more();
      const held = transport.getWriteBufferSize();
      rests = held > 0 && held === before ? rests + 1 : 0;
      before = held;
    }
  }
}

function waiting(): TransportRule[] {
  return [
    {
      name: "sendfile reads no faster than the peer does, and a transport with no room for more holds a block of 64 KiB at the most",
      feature: "sendfile",
      check: onFile(function* (ends, file, more) {
        const { client: { transport }, server } = ends;
        const sending = new Sending(ends, file);
        yield* sending.settle(more);
        const held = transport.getWriteBufferSize();
        holds(held <= 64 * KIB, `the transport holds no more than a block, not ${held} bytes`);
        server.transport.resumeReading();
        yield* sending.task;
        const total = sending.times * file.bytes.length;
        yield* server.protocol.untilReceived(total);
        sameBytes(server.protocol.bytes().subarray(total - file.bytes.length), file.bytes, "what came of the last file");
      }),
    },
    {
      name: "a protocol is told nothing while its transport sends a file, and everything afterwards",
      feature: "sendfile",
      check: onFile(function* (ends, file, more) {
        const { client, server } = ends;
        const sending = new Sending(ends, file);
        yield* sending.settle(more);
        server.transport.write("answer");
        yield* more();
        same(client.protocol.received, 0, "the bytes received meanwhile");
        sending.task.cancel();
        same(nameOf(yield* failureOf(sending.task)), "CancelledError", "the error of sendfile");
        holds(client.transport.getProtocol() === client.protocol, "the transport has its protocol again");
        yield* client.protocol.untilReceived(6);
        same(client.protocol.text(), "answer", "what was received afterwards");
      }),
    },
    {
      name: "sendfile throws ConnectionResetError when the connection is lost, which the protocol is told",
      feature: "sendfile",
      check: onFile(function* (ends, file, more) {
        const { client } = ends;
        const sending = new Sending(ends, file);
        yield* sending.settle(more);
        client.transport.abort();
        same(nameOf(yield* failureOf(sending.task)), "ConnectionResetError", "the error of sendfile");
        yield* client.protocol.untilLost();
        same(client.protocol.calls.at(-1), "lost", "the last call of the protocol");
      }),
    },
  ];
}

function refusing(): TransportRule[] {
  return [
    {
      name: "sendfile with fallback: false throws SendfileNotAvailableError, sends nothing, and the connection goes on",
      check: onFile(function* ({ client, server }, { path }) {
        const { transport, protocol } = client;
        const error = thrownBy(() => getRunningLoop().sendfile(transport, path, { fallback: false }), "sendfile without fallback");
        same(error, "SendfileNotAvailableError", "the error");
        holds(transport.getProtocol() === protocol && transport.isReading(), "the protocol goes on reading");
        transport.write("goes on");
        yield* server.protocol.untilReceived(7);
        same(server.protocol.text(), "goes on", "what was received");
      }),
    },
    {
      name: "sendfile of a file that is not there throws FileNotFoundError, and the connection goes on",
      feature: "sendfile",
      check: onFile(function* ({ client, server }, { path }) {
        const nowhere = typeof path === "string" ? `${path}.nowhere` : new URL(`${path.href}.nowhere`);
        same(nameOf(yield* failureOf(getRunningLoop().sendfile(client.transport, nowhere))), "FileNotFoundError", "the error");
        client.transport.write("goes on");
        yield* server.protocol.untilReceived(7);
        same(server.protocol.text(), "goes on", "what was received");
      }),
    },
  ];
}
