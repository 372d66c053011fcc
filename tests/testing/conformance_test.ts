import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Body,
  type BufferedProtocol,
  coroutine,
  type CoroutineGenerator,
  type EventLoop,
  ExceptionGroup,
  getRunningLoop,
  isCancelled,
  type Protocol,
  sleep,
  type Transport,
  type WriteTransport,
} from "../../mod.ts";
import {
  checkDatagrams,
  type CheckOptions,
  checkStreams,
  checkTransport,
  type ConnectionMaker,
  type EndpointMaker,
  MemoryNetwork,
  runStrict,
  runVirtual,
  tcpConnections,
  type TransportFeature,
  udpEndpoints,
} from "../../src/testing/mod.ts";
import { checkRules } from "../../src/testing/conformance/suite.ts";
import { afterEach, assert, beforeEach, describe, it } from "../_kit/mod.ts";

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

/** What makes tests of the rules of a suite. */
type Suite = (options: CheckOptions<TransportFeature>) => Promise<void>;

/** Runs the rules of a suite that begin so, and expects each to fail with such a message. */
async function expectFailures(check: Suite, expected: Readonly<Record<string, RegExp>>): Promise<void> {
  const tests = new Map<string, () => Promise<void>>();
  await check({ test: (name, body) => tests.set(name, body) });
  for (const [beginning, message] of Object.entries(expected)) {
    const [name, body] = [...tests].find(([name]) => name.startsWith(beginning))!;
    const told: string = await body().then(() => "nothing", (error: Error) => error.message);
    assert.ok(told.startsWith(`${name}: `) && message.test(told), `${beginning}: ${told} was told, where ${message} was expected`);
  }
}

function expectBroken(breakage: Breakage, expected: Readonly<Record<string, RegExp>>, check = checkTransport): Promise<void> {
  return expectFailures((options) => check(broken(breakage), { ...inVirtualTime, ...options }), expected);
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
    for (const feature of ["halfClose", "reset", "addresses", "buffered"] as const) {
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

/** How a transport may call a BufferedProtocol wrongly. */
function boxing(wrong: (box: BufferedProtocol) => Partial<BufferedProtocol>): Breakage {
  return {
    transport: (transport) => ({
      setProtocol(protocol) {
        if (!("getBuffer" in protocol)) return transport.setProtocol(protocol);
        const box = protocol as BufferedProtocol;
        transport.setProtocol({
          getBuffer: (sizehint: number) => box.getBuffer(sizehint),
          bufferUpdated: (nbytes: number) => box.bufferUpdated(nbytes),
          eofReceived: () => box.eofReceived(),
          connectionLost: (error: Error | null) => box.connectionLost(error),
          ...wrong(box),
        });
      },
    }),
  };
}

describe("checkTransport, of a BufferedProtocol", () => {
  const inTurns = "a BufferedProtocol is asked for memory and told what came, in turns";
  const piecewise = "a BufferedProtocol whose memory is too small";

  it("finds nothing wrong with what does not change the calls", async () => {
    const found = await brokenRules(() => checkTransport(broken(boxing(() => ({}))), inVirtualTime));
    assert.deepEqual(found.filter((message) => message.startsWith("a BufferedProtocol")), []);
  });

  it("finds out calls out of turn, wrong sizes, and memory that is not left alone", async () => {
    await expectBroken(boxing((box) => ({ getBuffer: (sizehint) => (box.getBuffer(sizehint), box.getBuffer(sizehint)) })), {
      [inTurns]: /\["getBuffer was called twice in a row", /,
    });
    await expectBroken(boxing((box) => ({ getBuffer: () => box.getBuffer(0) })), { [inTurns]: /"getBuffer was given a size of 0"/ });
    await expectBroken(boxing((box) => ({ bufferUpdated: (nbytes) => [nbytes, 0].forEach((count) => box.bufferUpdated(count)) })), {
      [inTurns]: /"bufferUpdated was called without getBuffer before it", "bufferUpdated was given a count of 0"/,
    });
    let memory: Uint8Array = new Uint8Array(0);
    const scribbling = (box: BufferedProtocol): Partial<BufferedProtocol> => ({
      getBuffer: (sizehint) => memory = box.getBuffer(sizehint),
      bufferUpdated(nbytes) {
        box.bufferUpdated(nbytes);
        memory[0]!++;
      },
    });
    await expectBroken(boxing(scribbling), { [inTurns]: /"the memory was written to between two calls"/ });
  });

  it("finds out bytes that are lost where the memory is too small, and an end that comes before them", async () => {
    const losing = (box: BufferedProtocol): Partial<BufferedProtocol> => {
      const memory = new Uint8Array(1 << 20);
      return {
        getBuffer: () => memory,
        bufferUpdated(nbytes) {
          const room = box.getBuffer(nbytes);
          const count = Math.min(room.length, nbytes);
          room.set(memory.subarray(0, count));
          box.bufferUpdated(count);
        },
      };
    };
    await expectBroken(boxing(losing), { [piecewise]: /what was received before the end: \d+ bytes came, where 10000 were expected$/ });
    const hasty = (box: BufferedProtocol): Partial<BufferedProtocol> => ({
      bufferUpdated(nbytes) {
        box.eofReceived();
        box.bufferUpdated(nbytes);
      },
    });
    await expectBroken(boxing(hasty), {
      [inTurns]: /: \[\["eof before bufferUpdated", /,
      [piecewise]: /: \[\["eof before bufferUpdated", /,
    });
  });

  it("finds out pieces that come while reading is paused, and a protocol that is not given up for another", async () => {
    await expectBroken({ transport: () => ({ pauseReading: () => {} }) }, {
      "a BufferedProtocol that pauses reading": /: the pieces that came until reading was paused: \d+, where 1 was expected$/,
    });
    const faithful = (transport: Transport): Partial<Transport> => {
      let set = false;
      return {
        setProtocol(protocol) {
          if (!set) transport.setProtocol(protocol);
          set = true;
        },
      };
    };
    await expectBroken({ transport: faithful }, { "a Protocol and a BufferedProtocol can take turns": /./ });
  });

  it("finds out failures that are hidden", async () => {
    const patient = (box: BufferedProtocol): Partial<BufferedProtocol> => ({
      getBuffer(sizehint) {
        try {
          const memory: unknown = box.getBuffer(sizehint);
          if (memory instanceof Uint8Array && memory.length > 0) return memory;
        } catch { /* hidden */ }
        return new Uint8Array(10);
      },
      bufferUpdated(nbytes) {
        try {
          box.bufferUpdated(nbytes);
        } catch { /* hidden */ }
      },
    });
    const never = /it was not over after 1000 ms of the loop's time$/;
    await expectBroken(boxing(patient), {
      "a BufferedProtocol that throws in getBuffer": never,
      "a BufferedProtocol that gives no memory at all": never,
      "a BufferedProtocol that gives what is no Uint8Array": never,
      "a BufferedProtocol that throws in bufferUpdated": never,
    });
  });
});

describe("checkTransport, of sendfile", () => {
  const bytes = Uint8Array.from({ length: 150_001 }, (_, at) => (at * 7 + (at >> 8)) & 255);
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tsyncio-sendfile-"));
    writeFileSync(join(folder, "file"), bytes);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  type Sendfile = EventLoop["sendfile"];

  /** The suite over the network of this host, whose `sendfile` is replaced. */
  function check(change: (sound: Sendfile) => (...args: Parameters<Sendfile>) => unknown): Suite {
    const run = (main: () => Body<void>) =>
      runStrict(() => {
        const loop = getRunningLoop();
        loop.sendfile = change(loop.sendfile.bind(loop)) as Sendfile;
        return main();
      });
    return (options) => checkTransport(tcpConnections({ file: { path: join(folder, "file"), bytes } }), { run, ...options });
  }

  /** A `sendfile` whose outcome is changed. */
  const changed = (sound: Sendfile, change: (outcome: () => CoroutineGenerator<number>) => CoroutineGenerator<number>) =>
    coroutine((...args: Parameters<Sendfile>) => {
      const sending = sound(...args);
      return change(function* () {
        return yield* sending;
      });
    });

  it("finds out parts that are others, counts that are wrong, and bytes that are lost", async () => {
    await expectFailures(check((sound) => (transport, file, options) => sound(transport, file, { ...options, offset: 0 })), {
      "sendfile with an offset and a count":
        /: what (sendfile gives|came) for offset 150001|: what sendfile gives for offset \d+ and count undefined: 150001/,
    });
    await expectFailures(
      check((sound) =>
        changed(sound, function* (outcome) {
          return (yield* outcome()) + 1;
        })
      ),
      { "sendfile sends the whole file": /: what sendfile gives: 150002, where 150001 was expected$/ },
    );
    await expectFailures(
      check((sound) => (transport, file, options) => {
        transport.write("x");
        return sound(transport, file, options);
      }),
      { "sendfile sends the whole file": /: what came (before and after|of the file)/ },
    );
  });

  it("finds out that it does not wait for the peer, and that the protocol is called meanwhile", async () => {
    const eager = () =>
      coroutine(function* (transport: WriteTransport) {
        transport.write(bytes);
        yield;
        return bytes.length;
      });
    await expectFailures(check(eager), {
      "sendfile reads no faster than the peer does": /it does not hold that sendfile waits for a peer that does not read$/,
    });
    const greedy = (_sound: Sendfile) =>
      coroutine(function* (transport: WriteTransport) {
        transport.write(new Uint8Array(1 << 24));
        yield* sleep(60_000);
        return bytes.length;
      });
    await expectFailures(check(greedy), {
      "sendfile reads no faster than the peer does": /the transport holds no more than a block, not \d+ bytes$/,
      "a protocol is told nothing while": /: the bytes received meanwhile: 6, where 0 was expected$/,
    });
  });

  it("finds out errors that are hidden", () =>
    expectFailures(
      check((sound) => (...args) => {
        const { fallback: _ignored, ...options } = args[2] ?? {};
        return changed(sound, function* (outcome) {
          try {
            return yield* outcome();
          } catch (error) {
            if (isCancelled(error)) throw error;
            return 0;
          }
        })(args[0], args[1], options);
      }),
      {
        "sendfile throws ConnectionResetError": /: the error of sendfile: "null", where "ConnectionResetError" was expected$/,
        "sendfile with fallback: false": /: sendfile without fallback: nothing was thrown$/,
        "sendfile of a file that is not there": /: the error: "null", where "FileNotFoundError" was expected$/,
      },
    ));

  it("finds out a flag for what can be done after all, a flag that is missing, and a file that is too small", async () => {
    await expectFailures((options) => check((sound) => sound)({ ...options, lacks: ["sendfile"] }), {
      "sendfile is an UnsupportedOperationError": /: the error: "null", where "UnsupportedOperationError" was expected$/,
    });
    const file = { path: join(folder, "file"), bytes };
    await expectFailures((options) => checkTransport({ ...sound, file }, { ...inVirtualTime, ...options }), {
      "sendfile sends the whole file": /the virtual runtime has no files$/,
    });
    await expectFailures(
      (options) => checkTransport({ ...sound, file: { ...file, bytes: bytes.subarray(1, 9) } }, { ...inVirtualTime, ...options }),
      {
        "sendfile sends the whole file": /: the file has 8 bytes, fewer than the rules need$/,
      },
    );
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

  it("finds out what is wrong with streams as web streams", async () => {
    const check = (breakage: Breakage, expected: Readonly<Record<string, RegExp>>) => expectBroken(breakage, expected, checkStreams);
    const turning = (protocol: Protocol) => ({ dataReceived: (data: Uint8Array) => protocol.dataReceived(data.reverse()) });
    await check({ protocol: turning }, { "a writer as a web stream sends": /: the (text|bytes): / });
    const deaf = () => ({ eofReceived: () => true });
    await check({ protocol: deaf }, { "a writer as a web stream sends": /it was not over after 1000 ms of the loop's time$/ });
    await check({ protocol: () => ({ pauseWriting: () => {} }) }, {
      "a write to a web stream waits": /it does not hold that the writer has to wait for the reader$/,
      "a web stream as a reader is read no faster": /it does not hold that the web stream has to wait for the peer$/,
    });
    await check({ transport: () => ({ close: () => {} }) }, {
      "cancelling the web stream of a reader": /: isClosing: false, where true was expected$/,
    });
    await check({ transport: (transport) => ({ abort: () => transport.close() }) }, {
      "aborting the web stream of a writer": /it was not over after 1000 ms|Cannot go on: nothing is ready/,
    });
    await check({ transport: (transport) => ({ abort: () => transport.abort() }) }, {
      "the web streams of a connection that is reset": /: the error of the read: "null", where "ConnectionResetError" was expected$/,
    });
    await expectFailures((options) => checkStreams(sound, { ...inVirtualTime, ...options, lacks: ["reset"] }), {
      "the web stream of a reader whose peer aborts ends": /./,
    });
  });
});

describe("a rule", () => {
  it("that takes too long fails, even where it takes its cancellation for an error that it expects", async () => {
    const rules = [{
      name: "it ends",
      check: function* () {
        try {
          yield* sleep(2000);
        } catch { /* it is taken for another */ }
      },
    }];
    const told = await brokenRules(() => checkRules("thing", rules, null, inVirtualTime));
    assert.deepEqual(told, ["it ends: it was not over after 1000 ms of the loop's time"]);
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
