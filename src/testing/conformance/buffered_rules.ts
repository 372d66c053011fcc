/**
 * What every transport of a stream has to do for a protocol that has the memory for what is received.
 *
 * @module
 */
import type { Awaitable, CoroutineGenerator } from "../../core/mod.ts";
import { join } from "../../net/data.ts";
import { BufferedProtocol } from "../../net/protocols.ts";
import { connect, type Ends, finish, pass, turns } from "./ends.ts";
import { nameOf, same, sameBytes, thrownBy } from "./expect.ts";
import { pattern, Recorder, Watcher } from "./recorder.ts";
import type { ConnectionMaker } from "./subjects.ts";
import { captureReports, onPair, type TransportRule } from "./transport_rules.ts";

/** See above. */
export function bufferedRules(): TransportRule[] {
  return [...receiving(), ...pausing(), ...failing()];
}

/** Has one piece of memory, and writes down what it is told, and what it should not have been. */
class Box extends BufferedProtocol {
  /** The names of the calls; those of `bufferUpdated` in a row once. */
  readonly calls: string[] = [];
  readonly faults: string[] = [];
  readonly parts: Uint8Array[] = [];
  received = 0;
  error: Error | null = null;
  onUpdated: () => void = () => {};
  readonly #watcher = new Watcher();
  readonly #memory: Uint8Array;
  /** What the memory held when the protocol was told last. */
  #left: Uint8Array;
  #asked = false;

  constructor(size: number) {
    super();
    this.#memory = new Uint8Array(size);
    this.#left = this.#memory.slice();
  }

  override getBuffer(sizehint: number): Uint8Array {
    if (this.#asked) this.faults.push("getBuffer was called twice in a row");
    if (!(sizehint >= 1)) this.faults.push(`getBuffer was given a size of ${sizehint}`);
    if (this.#left.some((byte, at) => byte !== this.#memory[at])) this.faults.push("the memory was written to between two calls");
    this.#asked = true;
    return this.#memory;
  }

  override bufferUpdated(nbytes: number): void {
    if (!this.#asked) this.faults.push("bufferUpdated was called without getBuffer before it");
    if (!(nbytes >= 1 && nbytes <= this.#memory.length)) this.faults.push(`bufferUpdated was given a count of ${nbytes}`);
    this.#asked = false;
    this.#left = this.#memory.slice();
    this.parts.push(this.#memory.slice(0, nbytes));
    this.received += nbytes;
    if (this.calls.at(-1) !== "updated") this.calls.push("updated");
    this.onUpdated();
    this.#watcher.changed();
  }

  override eofReceived(): boolean {
    this.#note(this.#asked ? "eof before bufferUpdated" : "eof");
    return true;
  }

  override connectionLost(error: Error | null): void {
    this.error = error;
    this.#note(error === null ? "lost" : `lost: ${nameOf(error)}`);
  }

  /** Waits until it holds, which is asked after each call. */
  until(condition: () => boolean): Awaitable<void> {
    return this.#watcher.until(condition);
  }

  untilLost(): Awaitable<void> {
    return this.until(() => this.calls.at(-1)?.startsWith("lost") === true);
  }

  /** All that came, in one piece. */
  bytes(): Uint8Array {
    return join(this.parts, this.received);
  }

  #note(call: string): void {
    this.calls.push(call);
    this.#watcher.changed();
  }
}

/** A new connection whose server has a box. */
function* connectBox(maker: ConnectionMaker, box: BufferedProtocol): CoroutineGenerator<Ends> {
  return yield* connect(maker, new Recorder(), new Recorder({ onMade: (transport) => transport.setProtocol(box) }));
}

/** Ends a connection whose server has a box. */
function* finishBox({ client, server }: Ends, box: Box): CoroutineGenerator<void> {
  server.transport.abort();
  yield* box.untilLost();
  yield* finish(client);
}

// ---------------------------------------------------------------- receiving

function receiving(): TransportRule[] {
  return [
    {
      name: "a BufferedProtocol is asked for memory and told what came, in turns, then the end, then the loss",
      feature: "buffered",
      check: function* (maker) {
        const box = new Box(64 * 1024);
        const { client, server } = yield* connectBox(maker, box);
        const data = pattern(1_000_000);
        client.transport.write(data);
        client.transport.close();
        yield* box.until(() => box.calls.includes("eof"));
        server.transport.close();
        yield* box.untilLost();
        yield* client.protocol.untilLost();
        sameBytes(box.bytes(), data, "what was received before the end");
        same([box.calls, box.faults], [["updated", "eof", "lost"], []], "the calls, and what is wrong with them");
      },
      otherwise: {
        name: "setProtocol refuses a BufferedProtocol with UnsupportedOperationError",
        check: onPair(function* ({ server: { transport } }) {
          same(thrownBy(() => transport.setProtocol(new Box(1)), "setProtocol"), "UnsupportedOperationError", "the error");
          yield* turns(1);
        }),
      },
    },
    {
      name: "a BufferedProtocol whose memory is too small gets the rest piece by piece, in order, before the end",
      feature: "buffered",
      check: function* (maker) {
        const box = new Box(7);
        const ends = yield* connectBox(maker, box);
        const data = pattern(10_000);
        ends.client.transport.write(data);
        ends.client.transport.close();
        yield* box.until(() => box.calls.includes("eof"));
        sameBytes(box.bytes(), data, "what was received before the end");
        same([box.calls, box.faults], [["updated", "eof"], []], "the calls, and what is wrong with them");
        yield* finishBox(ends, box);
      },
    },
    {
      name: "a Protocol and a BufferedProtocol can take turns, and each gets what comes next",
      feature: "buffered",
      check: function* (maker) {
        const box = new Box(1000);
        const all: Uint8Array[] = [];
        let received = 0;
        const take = (part: Uint8Array): void => {
          all.push(part);
          received += part.length;
        };
        const plain = new Recorder({
          onMade: (transport) => transport.setProtocol(box),
          onData: (data, transport) => {
            take(data);
            transport.setProtocol(box);
          },
        });
        const ends = yield* connect(maker, new Recorder(), plain);
        box.onUpdated = () => {
          take(box.parts.at(-1)!);
          if (box.parts.length % 3 === 0) ends.server.transport.setProtocol(plain);
        };
        const data = pattern(200_000);
        ends.client.transport.write(data);
        const complete = (): boolean => received >= data.length;
        while (!complete()) {
          yield* ends.server.transport.getProtocol() === box
            ? box.until(() => complete() || isWith(plain, ends))
            : plain.until(() => complete() || isWith(box, ends));
        }
        sameBytes(join(all, received), data, "what both received");
        same(box.faults, [], "what is wrong with the calls");
        ends.server.transport.setProtocol(box);
        yield* finishBox(ends, box);
      },
    },
  ];
}

function isWith(protocol: unknown, { server }: Ends): boolean {
  return server.transport.getProtocol() === protocol;
}

// ---------------------------------------------------------------- pausing

function pausing(): TransportRule[] {
  return [
    {
      name: "a BufferedProtocol that pauses reading gets no more, not even the rest of a piece, until it resumes",
      feature: "buffered",
      check: function* (maker) {
        const box = new Box(1000);
        const ends = yield* connectBox(maker, box);
        const { client, server } = ends;
        box.onUpdated = () => server.transport.pauseReading();
        const data = pattern(20_000);
        client.transport.write(data);
        for (let parts = 1; box.received < data.length; parts++) {
          yield* box.until(() => box.parts.length >= parts || box.calls.includes("lost"));
          yield* parts === 1 ? pass(maker) : turns(3);
          same(box.parts.length, parts, "the pieces that came until reading was paused");
          server.transport.resumeReading();
        }
        sameBytes(box.bytes(), data, "what was received");
        same(box.faults, [], "what is wrong with the calls");
        yield* finishBox(ends, box);
      },
    },
  ];
}

// ---------------------------------------------------------------- failing

/** How a BufferedProtocol may fail, and the error of `connectionLost` then. */
const FAILURES: readonly { readonly how: string; readonly error: string; readonly spoil: (box: Box) => void }[] = [
  {
    how: "throws in getBuffer",
    error: "SyntaxError",
    spoil: (box) =>
      box.getBuffer = () => {
        throw new SyntaxError("no memory today");
      },
  },
  { how: "gives no memory at all", error: "RuntimeError", spoil: (box) => box.getBuffer = () => new Uint8Array(0) },
  {
    how: "gives what is no Uint8Array",
    error: "TypeError",
    spoil: (box) => box.getBuffer = () => "memory" as unknown as Uint8Array,
  },
  {
    how: "throws in bufferUpdated",
    error: "SyntaxError",
    spoil: (box) =>
      box.bufferUpdated = () => {
        throw new SyntaxError("not understood");
      },
  },
];

function failing(): TransportRule[] {
  return FAILURES.map(({ how, error, spoil }) => ({
    name: `a BufferedProtocol that ${how} is reported, and loses the connection with that`,
    feature: "buffered",
    check: function* (maker) {
      const box = new Box(1000);
      spoil(box);
      const { client, server } = yield* connectBox(maker, box);
      const reports = captureReports();
      client.transport.write("anything");
      yield* box.untilLost();
      same(box.calls, [`lost: ${error}`], "the calls");
      same(reports.end().map((report) => report.split(":")[0]), [error], "what the exception handler was told");
      same(server.transport.isClosing(), true, "isClosing");
      yield* client.protocol.until(() => client.protocol.lost || client.protocol.calls.includes("eof"));
      yield* finish(client);
    },
  }));
}
