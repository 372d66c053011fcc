import { ExceptionGroup, type Protocol, type Transport } from "../../mod.ts";
import {
  checkDatagrams,
  checkStreams,
  checkTransport,
  type ConnectionMaker,
  type EndpointMaker,
  MemoryNetwork,
  runVirtual,
  tcpConnections,
  type TransportFeature,
  udpEndpoints,
} from "../../src/testing/mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** A pair in a network of its own. */
const sound: ConnectionMaker = {
  pair: function* (clientFactory, serverFactory) {
    const [[client], [server]] = yield* new MemoryNetwork().createPair(clientFactory, serverFactory);
    return [client, server];
  },
};

/** How a transport may be broken: the methods of it, or the calls of the protocol, are changed. */
interface Breakage {
  readonly transport?: (transport: Transport) => Partial<Transport>;
  readonly protocol?: (protocol: Protocol) => Partial<Protocol>;
}

function broken({ transport, protocol }: Breakage): ConnectionMaker {
  const changed = <T extends object>(target: T, changes: Partial<T>): T =>
    new Proxy(target, {
      get: (_target, key) => {
        const value = key in changes ? changes[key as keyof T] : target[key as keyof T];
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const change = (factory: () => Protocol) => () => {
    const made = factory();
    const face = transport === undefined ? {} : {
      connectionMade: (below: Transport) => made.connectionMade(changed(below, transport(below))),
    };
    return changed(made, { ...face, ...protocol?.(made) });
  };
  return {
    pair: function* (clientFactory, serverFactory) {
      const [client, server] = yield* sound.pair!(change(clientFactory), change(serverFactory)) as Generator<
        never,
        readonly [Transport, Transport]
      >;
      return transport === undefined ? [client, server] : [changed(client, transport(client)), changed(server, transport(server))];
    },
  };
}

const inVirtualTime = { run: (main: () => never) => runVirtual(main, { strict: true }), limit: 1000 } as unknown as {
  readonly limit: number;
};

/** The rules that something breaks. */
async function brokenRules(check: () => Promise<void>): Promise<string[]> {
  try {
    await check();
  } catch (error) {
    assert.ok(error instanceof ExceptionGroup);
    assert.equal(error.errors.length, Number(/(\d+) do not hold/.exec(error.message)?.[1]));
    return error.errors.map(({ message }) => message as string);
  }
  return [];
}

/** Runs the rules that begin so, and expects each to fail with such a message. */
async function expectBroken(breakage: Breakage, expected: Readonly<Record<string, RegExp>>): Promise<void> {
  const tests = new Map<string, () => Promise<void>>();
  await checkTransport(broken(breakage), { ...inVirtualTime, test: (name, body) => tests.set(name, body) });
  for (const [beginning, message] of Object.entries(expected)) {
    const [name, body] = [...tests].find(([name]) => name.startsWith(beginning))!;
    await assert.rejects(body(), (error: Error) => error.message.startsWith(`${name}: `) && message.test(error.message), beginning);
  }
}

describe("checkTransport", () => {
  it("finds nothing wrong with the network in memory, whatever makes the connections", async () => {
    assert.deepEqual(await brokenRules(() => checkTransport(sound, inVirtualTime)), []);
    assert.deepEqual(await brokenRules(() => checkTransport(tcpConnections(), inVirtualTime)), []);
    const [first, ...others] = await brokenRules(() => checkTransport(broken({}), inVirtualTime)); // what the ways of breaking break themselves
    assert.match(first!, /it does not hold that getProtocol gives the protocol$/);
    assert.deepEqual(others, []);
  });

  it("finds out data that comes while reading is paused", () =>
    expectBroken({ transport: () => ({ pauseReading: () => {}, resumeReading: () => {} }) }, {
      "no data comes while reading is paused": /: isReading of a paused transport: true, where false was expected$/,
      "no data comes before connectionMade": /: the calls while reading is paused: \["made", "data"\], where \["made"\] was expected$/,
      "a protocol that pauses reading inside dataReceived": /: the chunks that came until reading was paused: \d+, where 1 was expected$/,
      "no end comes while reading is paused, and": /: the calls while reading is paused: \["made", "data", "eof"\], where/,
    }));

  it("finds out bytes that are lost, or come in another order", async () => {
    const lossy = (protocol: Protocol) => ({ dataReceived: (data: Uint8Array) => protocol.dataReceived(data.subarray(0, 60_000)) });
    await expectBroken({ protocol: lossy }, { "8 MiB pass both ways at once": /it was not over after 1000 ms of the loop's time$/ });
    const turning = (protocol: Protocol) => ({ dataReceived: (data: Uint8Array) => protocol.dataReceived(data.reverse()) });
    await expectBroken({ protocol: turning }, {
      "the bytes come in order": /: what was received: "eerht/,
      "10,000 writes of one byte": /: byte 0 is \d+, where 0 was expected$/,
    });
  });

  it("finds out chunks that are used again", () => {
    const memory = new Uint8Array(1 << 20);
    const lent = (protocol: Protocol) => ({
      dataReceived(data: Uint8Array) {
        memory.set(data);
        protocol.dataReceived(memory.subarray(0, data.length));
      },
    });
    return expectBroken({ protocol: lent }, { "chunks stay what they were": /: byte 0 is 20, where 1 was expected$/ });
  });

  it("finds out calls that come too often, too early or not at all", async () => {
    const twice = (protocol: Protocol) => ({
      connectionLost(error: Error | null) {
        protocol.connectionLost(error);
        protocol.connectionLost(error);
      },
    });
    await expectBroken({ protocol: twice }, {
      "close sends what was written": /\["made", "lost", "lost"\], where \["made", "lost"\] was expected$/,
    });
    const deaf = () => ({ eofReceived: () => true });
    await expectBroken({ protocol: deaf }, { "writeEof ends the stream": /it was not over after 1000 ms of the loop's time$/ });
    const hasty = (transport: Transport) => ({
      close() {
        transport.getProtocol().connectionLost(null);
        transport.close();
      },
    });
    await expectBroken({ transport: hasty }, {
      "close sends what was written": /: the calls of the end that closes: \["made", "lost", "lost"\]/,
    });
  });

  it("finds out flow control that is missing", () =>
    expectBroken({ protocol: () => ({ pauseWriting: () => {}, resumeWriting: () => {} }) }, {
      "pauseWriting is called inside the write":
        /: the calls for a buffer with a byte too many: \["made"\], where \["made", "pauseWriting"\]/,
    }));

  it("finds out a write that takes what it should refuse, and an error of the wrong class", async () => {
    const tolerant = (transport: Transport) => ({
      write: (data: Uint8Array | string) => transport.write(typeof data === "number" ? "" : data),
    });
    await expectBroken({ transport: tolerant }, { "what is written is copied": /: write of 7: nothing was thrown$/ });
    const limits = (transport: Transport) => ({
      setWriteBufferLimits(marks?: { readonly low?: number; readonly high?: number }) {
        if ((marks?.low ?? 0) > (marks?.high ?? Infinity)) throw new TypeError("no");
        transport.setWriteBufferLimits(marks);
      },
    });
    await expectBroken({ transport: limits }, { "the limits of the write": /: the error: "TypeError", where "RangeError" was expected$/ });
  });

  it("finds out flags for what can be done after all, and flags that are missing", async () => {
    for (const feature of ["halfClose", "reset", "addresses"] as const) {
      const lacks: readonly TransportFeature[] = [feature];
      assert.equal((await brokenRules(() => checkTransport(sound, { ...inVirtualTime, lacks }))).length, 1, feature);
    }
    const whole = (transport: Transport) => ({
      canWriteEof: () => false,
      writeEof: () => {
        throw new SyntaxError("no halves");
      },
      abort: () => transport.abort(),
    });
    const found = await brokenRules(() => checkTransport(broken({ transport: whole }), inVirtualTime));
    assert.ok(found.some((message) => /^writeEof ends the stream.*: canWriteEof: false, where true was expected$/.test(message)));
    assert.ok(found.some((message) => /^abort with reset is told to the peer/.test(message)));
  });

  it("finds out connections that nobody closes", async () => {
    const leaky: ConnectionMaker = {
      pair: function* (clientFactory, serverFactory) {
        yield* new MemoryNetwork().createPair(() => ({}), () => ({}));
        const [[client], [server]] = yield* new MemoryNetwork().createPair(clientFactory, serverFactory);
        return [client, server];
      },
    };
    const [first] = await brokenRules(() => checkTransport(leaky, inVirtualTime));
    assert.match(first ?? "", /^connectionMade is called first, once, with the transport: 2 of its sockets are still open in the end$/);
  });

  it("says what it cannot be asked", async () => {
    const [first] = await brokenRules(() => checkTransport({}, inVirtualTime));
    assert.match(first ?? "", /: Cannot check connections: neither `pair` nor `listen` says how to make them$/);
  });

  it("makes a test of each rule where it is asked to, and runs nothing", async () => {
    const tests = new Map<string, () => Promise<void>>();
    await checkTransport(broken({ protocol: () => ({ dataReceived: () => {} }) }), {
      ...inVirtualTime,
      test: (name, body) => tests.set(name, body),
    });
    assert.ok(tests.size > 20);
    await tests.get("connectionMade is called first, once, with the transport")!();
    await assert.rejects(tests.get("10,000 writes of one byte arrive in order")!(), /it was not over after 1000 ms of the loop's time/);
  });
});

describe("checkStreams", () => {
  it("finds nothing wrong with the network in memory, and finds out bytes that are lost", async () => {
    assert.deepEqual(await brokenRules(() => checkStreams(sound, inVirtualTime)), []);
    const lossy = (protocol: Protocol) => ({ dataReceived: (data: Uint8Array) => protocol.dataReceived(data.subarray(1)) });
    const found = await brokenRules(() => checkStreams(broken({ protocol: lossy }), inVirtualTime));
    assert.ok(found.some((message) => message.startsWith("a hundred reads of all kinds agree with what was written")), found.join("\n"));
  });

  it("finds out a drain that does not wait", async () => {
    const found = await brokenRules(() => checkStreams(broken({ protocol: () => ({ pauseWriting: () => {} }) }), inVirtualTime));
    assert.ok(found.some((message) => message.startsWith("drain waits for a reader that does not read")), found.join("\n"));
  });
});

describe("checkDatagrams", () => {
  it("finds nothing wrong with the network in memory", async () => {
    assert.deepEqual(await brokenRules(() => checkDatagrams(udpEndpoints(), inVirtualTime)), []);
  });

  it("finds out datagrams that are cut, and flags that are wrong", async () => {
    const cutting: EndpointMaker = {
      host: "127.0.0.1",
      open(protocol, options) {
        const received = protocol.datagramReceived.bind(protocol);
        protocol.datagramReceived = (data, from) => received(data.subarray(0, 1000), from);
        return udpEndpoints().open(protocol, options);
      },
    };
    const found = await brokenRules(() => checkDatagrams(cutting, { ...inVirtualTime, lacks: ["refusals", "sharedPort"] }));
    assert.ok(found.some((message) => /^sizes up to 65,507 bytes pass.*: 1000, where 1500 was expected$/.test(message)), found.join("\n"));
    assert.ok(found.some((message) => message.startsWith("asking for a shared port is an UnsupportedOperationError")));
    assert.ok(found.some((message) => message.startsWith("an endpoint whose remote address nobody listens at is told nothing")));
  });
});
