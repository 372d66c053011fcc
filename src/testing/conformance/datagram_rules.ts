/**
 * What every datagram endpoint has to do.
 *
 * @module
 */
import { type Body, type CoroutineGenerator, runBody } from "../../core/mod.ts";
import { OSError } from "../../errors.ts";
import { DatagramProtocol } from "../../net/protocols.ts";
import type { DatagramTransport, InetAddress } from "../../net/transports.ts";
import { turns } from "./ends.ts";
import { failureOf, holds, nameOf, same, thrownBy } from "./expect.ts";
import { pattern, Watcher } from "./recorder.ts";
import type { EndpointMaker } from "./subjects.ts";
import type { Rule } from "./suite.ts";

/** What datagram endpoints may lack. */
export type DatagramFeature =
  /** Telling a connected endpoint, by `errorReceived`, that nobody listens where it sends to. */
  | "refusals"
  /** Sharing a port, by `reusePort`. */
  | "sharedPort";

/** A rule for datagrams. */
type DatagramRule = Rule<EndpointMaker, DatagramFeature>;

/** Writes down what it is told. */
class Recorder extends DatagramProtocol {
  readonly calls: string[] = [];
  readonly messages: { readonly data: Uint8Array; readonly from: InetAddress }[] = [];
  readonly errors: Error[] = [];
  lost = false;
  readonly #watcher = new Watcher();

  override connectionMade(): void {
    this.#note("made");
  }

  override datagramReceived(data: Uint8Array, from: InetAddress): void {
    this.messages.push({ data, from });
    this.#note("datagram");
  }

  override errorReceived(error: Error): void {
    this.errors.push(error);
    this.#note("error");
  }

  override connectionLost(error: Error | null): void {
    this.lost = true;
    this.#note(`lost: ${nameOf(error)}`);
  }

  until(condition: () => boolean): ReturnType<Watcher["until"]> {
    return this.#watcher.until(condition);
  }

  #note(call: string): void {
    this.calls.push(call);
    this.#watcher.changed();
  }
}

/** An endpoint and its protocol. */
interface Party {
  readonly transport: DatagramTransport;
  readonly protocol: Recorder;
  readonly address: InetAddress;
}

/** See above. */
export function datagramRules(): DatagramRule[] {
  return [...sending(), ...connected(), ...ending()];
}

type Options = Parameters<EndpointMaker["open"]>[1];

function* open(maker: EndpointMaker, options: Options = {}): CoroutineGenerator<Party> {
  const protocol = new Recorder();
  const local = options.remoteAddr === undefined ? { localAddr: { host: maker.host, port: 0 } } : {};
  const transport = yield* runBody((): Body<DatagramTransport> => maker.open(protocol, { ...local, ...options }));
  return { transport, protocol, address: transport.getExtraInfo("sockname") };
}

function* finish(...parties: readonly Party[]): CoroutineGenerator<void> {
  for (const { transport } of parties) transport.abort();
  for (const { protocol } of parties) yield* protocol.until(() => protocol.lost);
}

/** Sends one, and waits for it. */
function* pass(from: Party, to: Party, data: string | Uint8Array): CoroutineGenerator<Uint8Array> {
  const before = to.protocol.messages.length;
  from.transport.sendTo(data, from.transport.getExtraInfo("peername") === null ? to.address : undefined);
  yield* to.protocol.until(() => to.protocol.messages.length > before);
  same(to.protocol.messages.length, before + 1, "how many datagrams have come");
  return to.protocol.messages[before]!.data;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

// ---------------------------------------------------------------- sending

function sending(): DatagramRule[] {
  return [
    {
      name: "datagrams pass both ways, each whole, and tell who sent them",
      check: function* (maker) {
        const [one, other] = [yield* open(maker), yield* open(maker)];
        holds(one.address.port > 0 && one.address.port !== other.address.port, "each endpoint has a port of its own");
        for (const word of ["first", "second", "", "fourth"]) {
          same(decode(yield* pass(one, other, word)), word, "what came");
          same(decode(yield* pass(other, one, word)), word, "what came back");
        }
        const { from, data } = other.protocol.messages[0]!;
        same([from.host, from.port], [maker.host, one.address.port], "who sent it");
        holds(Object.getPrototypeOf(data) === Uint8Array.prototype, "what came is a plain Uint8Array");
        same(one.protocol.calls, ["made", "datagram", "datagram", "datagram", "datagram"], "the calls");
        yield* finish(one, other);
      },
    },
    {
      name: "sizes up to 65,507 bytes pass; what is larger is told by errorReceived, and the endpoint goes on",
      check: function* (maker) {
        const [one, other] = [yield* open(maker), yield* open(maker)];
        for (const size of [0, 1, 512, 1500, 9000, 65_507]) {
          same((yield* pass(one, other, pattern(size))).length, size, "the size of what came");
        }
        one.transport.sendTo(new Uint8Array(65_528), other.address);
        yield* one.protocol.until(() => one.protocol.errors.length > 0);
        const error = one.protocol.errors[0] as OSError;
        holds(error instanceof OSError, `the error is an OSError, not ${nameOf(error)}`);
        same(error.code, "EMSGSIZE", "the code of the error");
        same(decode(yield* pass(one, other, "goes on")), "goes on", "what came afterwards");
        yield* finish(one, other);
      },
    },
    {
      name: "what is sent is copied, and what is no data, no address or no port is refused at the call",
      check: function* (maker) {
        const [one, other] = [yield* open(maker), yield* open(maker)];
        const data = new Uint8Array(3).fill(65);
        const sent = getNext(other);
        one.transport.sendTo(data, other.address);
        data.fill(66);
        same(decode(yield* sent), "AAA", "what came");
        const { transport } = one;
        same(thrownBy(() => transport.sendTo(7 as unknown as string, other.address), "sendTo of 7"), "TypeError", "the error");
        same(thrownBy(() => transport.sendTo("x"), "sendTo without an address"), "TypeError", "the error");
        same(thrownBy(() => transport.sendTo("x", { host: maker.host, port: 0 }), "sendTo to port 0"), "RangeError", "the error");
        yield* finish(one, other);
      },
    },
    {
      name: "endpoints share a port where all of them ask for it",
      feature: "sharedPort",
      check: function* (maker) {
        const first = yield* open(maker, { reusePort: true });
        const second = yield* open(maker, { reusePort: true, localAddr: { host: maker.host, port: first.address.port } });
        same(second.address.port, first.address.port, "the port of the second");
        yield* finish(first, second);
      },
      otherwise: {
        name: "asking for a shared port is an UnsupportedOperationError",
        check: function* (maker) {
          same(nameOf(yield* failureOf(open(maker, { reusePort: true }))), "UnsupportedOperationError", "the error");
        },
      },
    },
    {
      name: "a port that another endpoint has cannot be bound",
      check: function* (maker) {
        const first = yield* open(maker);
        const error = yield* failureOf(open(maker, { localAddr: { host: maker.host, port: first.address.port } }));
        holds(error instanceof OSError, `the error is an OSError, not ${nameOf(error)}`);
        same(error.code, "EADDRINUSE", "the code of the error");
        yield* finish(first);
      },
    },
  ];
}

function getNext({ protocol }: Party): CoroutineGenerator<Uint8Array> {
  const before = protocol.messages.length;
  return (function* () {
    yield* protocol.until(() => protocol.messages.length > before);
    return protocol.messages[before]!.data;
  })();
}

// ---------------------------------------------------------------- one peer

function connected(): DatagramRule[] {
  return [
    {
      name: "an endpoint with a remote address sends there, knows it, hears nobody else, and refuses other destinations",
      check: function* (maker) {
        const [peer, stranger] = [yield* open(maker), yield* open(maker)];
        const one = yield* open(maker, { remoteAddr: { host: maker.host, port: peer.address.port } });
        const { host, port } = one.transport.getExtraInfo("peername")!;
        same([host, port], [maker.host, peer.address.port], "peername");
        same(decode(yield* pass(one, peer, "to the peer")), "to the peer", "what the peer received");
        const back = peer.protocol.messages[0]!.from;
        stranger.transport.sendTo("not for you", back);
        const answer = getNext(one);
        peer.transport.sendTo("answer", back);
        same(decode(yield* answer), "answer", "what was received first");
        one.transport.sendTo("to the same", peer.address);
        yield* peer.protocol.until(() => peer.protocol.messages.length > 1);
        same(thrownBy(() => one.transport.sendTo("x", stranger.address), "sendTo to a stranger"), "RangeError", "the error");
        same(one.protocol.messages.length, 1, "how many datagrams were received");
        yield* finish(one, peer, stranger);
      },
    },
    {
      name: "an endpoint whose remote address nobody listens at is told so by errorReceived, and goes on",
      feature: "refusals",
      check: function* (maker) {
        const gone = yield* open(maker);
        yield* finish(gone);
        const one = yield* open(maker, { remoteAddr: { host: maker.host, port: gone.address.port } });
        one.transport.sendTo("anybody?");
        yield* one.protocol.until(() => one.protocol.errors.length > 0);
        same(nameOf(one.protocol.errors[0]), "ConnectionRefusedError", "the error");
        same(one.protocol.lost, false, "whether the endpoint is lost");
        yield* finish(one);
      },
      otherwise: {
        name: "an endpoint whose remote address nobody listens at is told nothing",
        check: function* (maker) {
          const gone = yield* open(maker);
          yield* finish(gone);
          const one = yield* open(maker, { remoteAddr: { host: maker.host, port: gone.address.port } });
          const [first, second] = [yield* open(maker), yield* open(maker)];
          for (let round = 0; round < 5; round++) {
            one.transport.sendTo("anybody?");
            yield* pass(first, second, "time passes");
          }
          same(one.protocol.calls, ["made"], "the calls");
          yield* finish(one, first, second);
        },
      },
    },
  ];
}

// ---------------------------------------------------------------- ending

function ending(): DatagramRule[] {
  return [
    {
      name: "close sends what was given before, then connectionLost(null) is called once, in a later turn, and nothing after it",
      check: function* (maker) {
        const [one, other] = [yield* open(maker), yield* open(maker)];
        const last = getNext(other);
        one.transport.sendTo("last words", other.address);
        one.transport.close();
        one.transport.close();
        same(
          [one.transport.isClosing(), one.protocol.lost],
          [true, false],
          "isClosing, and whether connectionLost was called inside close",
        );
        one.transport.sendTo("ignored", other.address);
        same(decode(yield* last), "last words", "what was received");
        yield* one.protocol.until(() => one.protocol.lost);
        other.transport.sendTo("too late", one.address);
        yield* finish(other);
        same(one.protocol.calls, ["made", "lost: null"], "the calls");
        same(other.protocol.messages.length, 1, "how many datagrams were received");
      },
    },
    {
      name: "abort calls connectionLost(null) once, in a later turn",
      check: function* (maker) {
        const one = yield* open(maker);
        one.transport.abort();
        one.transport.abort();
        same([one.transport.isClosing(), one.protocol.calls], [true, ["made"]], "isClosing, and the calls inside abort");
        yield* one.protocol.until(() => one.protocol.lost);
        yield* turns(3);
        same(one.protocol.calls, ["made", "lost: null"], "the calls");
      },
    },
  ];
}
