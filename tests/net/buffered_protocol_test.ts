import { BufferedProtocol, getRunningLoop, Protocol, sleep, type Transport, until } from "../../mod.ts";
import { assert, describe, it, stress } from "../_kit/mod.ts";
import { asClient, serverContext, withEcho } from "./_tls_support.ts";
import { bytes, makeTransport, randomFrom, runQuietly, runReported, text } from "./_support.ts";

/** One turn of the loop, or several. */
async function turn(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

/** Has one piece of memory, and logs what is put into it. */
class Box extends BufferedProtocol {
  readonly log: string[] = [];
  readonly memory: Uint8Array;
  onUpdate: () => void = () => {};

  constructor(size: number) {
    super();
    this.memory = new Uint8Array(size);
  }

  override connectionMade(): void {
    this.log.push("made");
  }

  override getBuffer(sizehint: number): Uint8Array {
    this.log.push(`get ${sizehint}`);
    return this.memory;
  }

  override bufferUpdated(nbytes: number): void {
    this.log.push(`updated ${text(this.memory.subarray(0, nbytes))}`);
    this.onUpdate();
  }

  override eofReceived(): void {
    this.log.push("eof");
  }

  override connectionLost(error: Error | null): void {
    this.log.push(error === null ? "lost" : `lost ${error.name}`);
  }
}

async function open(protocol: Box) {
  const made = makeTransport(protocol);
  await turn();
  return { ...made, log: protocol.log };
}

describe("BufferedProtocol", () => {
  it("gets what is received in its own memory, then the end", () =>
    runQuietly(async () => {
      const { socket, log } = await open(new Box(8));
      socket.data("one");
      socket.data("three");
      socket.end();
      await turn(2);
      assert.deepEqual(log, ["made", "get 3", "updated one", "get 5", "updated three", "eof", "lost"]);
    }));

  it("with too little memory gets the rest piece by piece, before what came later", () =>
    runQuietly(async () => {
      const { socket, log } = await open(new Box(2));
      socket.data("abcde");
      socket.data("f");
      socket.end();
      await turn(8);
      const pieces = ["get 5", "updated ab", "get 3", "updated cd", "get 1", "updated e", "get 1", "updated f"];
      assert.deepEqual(log, ["made", ...pieces, "eof", "lost"]);
    }));

  it("may pause between two pieces, and close", () =>
    runQuietly(async () => {
      const box = new Box(2);
      const { socket, transport, log } = await open(box);
      box.onUpdate = () => transport.pauseReading();
      socket.data("abcd");
      await turn(5);
      assert.deepEqual(log, ["made", "get 4", "updated ab"]);
      box.onUpdate = () => transport.close();
      transport.resumeReading();
      await turn(5);
      assert.deepEqual(log.slice(3), ["get 2", "updated cd", "lost"]);
    }));

  it("drops the rest when it closes", () =>
    runQuietly(async () => {
      const box = new Box(1);
      const { socket, transport, log } = await open(box);
      box.onUpdate = () => transport.close();
      socket.data("abcd");
      await turn(5);
      assert.deepEqual(log, ["made", "get 4", "updated a", "lost"]);
    }));

  it("and a Protocol may take turns: what is left goes to the other", () =>
    runQuietly(async () => {
      const box = new Box(2);
      const { socket, transport, log } = await open(box);
      const plain: Partial<Protocol> = {
        dataReceived(data) {
          log.push(`data ${text(data)}`);
          transport.setProtocol(box);
        },
      };
      box.onUpdate = () => transport.setProtocol(plain as Protocol);
      socket.data("abcd");
      socket.data("ef");
      await turn(5);
      assert.deepEqual(log, ["made", "get 4", "updated ab", "data cd", "get 2", "updated ef"]);
      transport.abort();
      await turn();
    }));

  it("gives chunks back to the host once they are copied, and no others", () =>
    runQuietly(async () => {
      const box = new Box(4);
      const { socket, transport } = await open(box);
      assert.equal(transport.borrows, true);
      const [one, two, three] = [bytes("abcd"), bytes("abcdef"), bytes("abcd")] as const;
      socket.data(one);
      await turn();
      assert.deepEqual(socket.back, [one]);
      socket.data(two);
      transport.pauseReading();
      await turn(2);
      assert.equal(box.log.at(-1), "updated abcd");
      assert.equal(socket.back.length, 1, "a part of it is held");
      transport.resumeReading();
      await turn(2);
      assert.equal(socket.back[1]!.buffer, two.buffer);
      socket.data(three);
      transport.setProtocol(new Protocol());
      assert.equal(transport.borrows, false);
      await turn(2);
      assert.equal(socket.back.length, 2, "it is the protocol's own");
      transport.abort();
      await turn();
    }));

  for (
    const [what, wrong, error] of [
      ["no memory", () => new Uint8Array(0), "get_buffer / RuntimeError: getBuffer() returned an empty buffer"],
      ["no array of bytes", () => "memory", "get_buffer / TypeError: getBuffer() must return a Uint8Array, not string"],
    ] as const
  ) {
    it(`that gives ${what} is reported, and its connection closed`, async () => {
      const { result, reports } = await runReported(async () => {
        const box = new Box(1);
        box.getBuffer = wrong as () => Uint8Array;
        const { socket, log } = await open(box);
        socket.data("x");
        await turn(2);
        return log;
      });
      assert.match(result.join(), /made,lost (RuntimeError|TypeError)/);
      const told = reports.map(({ message, exception }) => `${/protocol\.(\w+)\(\)/.exec(message)?.[1]} / ${exception}`);
      assert.deepEqual(told, [error]);
    });
  }

  it("that fails in bufferUpdated is reported, and its connection closed", async () => {
    const { result, reports } = await runReported(async () => {
      const box = new Box(1);
      box.onUpdate = () => {
        throw new Error("spoilt");
      };
      const { socket, log } = await open(box);
      socket.data("x");
      await turn(2);
      return log;
    });
    assert.deepEqual(result, ["made", "get 1", "updated x", "lost Error"]);
    assert.deepEqual(reports.map(({ message }) => message), ["Fatal error: protocol.buffer_updated() call failed."]);
  });

  it("loses nothing, and gets nothing while paused, whatever comes, is paused and takes turns", () =>
    runQuietly(async () => {
      for (let seed = 0; seed < stress(2000); seed++) {
        const random = randomFrom(seed);
        const below = (n: number) => Math.floor(random() * n);
        const received: number[] = [];
        let ended = 0;
        let transport: Transport | null = null;
        const note = (part: Uint8Array): void => {
          assert.ok(transport!.isReading(), `seed ${seed}: it is paused`);
          received.push(...part);
          if (below(3) === 0) transport!.pauseReading();
          if (below(5) === 0) transport!.resumeReading();
          if (below(4) === 0) transport!.setProtocol(below(2) === 0 ? plain : filling());
        };
        const eofReceived = (): boolean => {
          ended++;
          return true;
        };
        const plain: Partial<Protocol> = { dataReceived: note, eofReceived };
        const filling = (): Partial<BufferedProtocol> => {
          const memory = new Uint8Array(1 + below(9));
          return { getBuffer: () => memory, bufferUpdated: (nbytes) => note(memory.subarray(0, nbytes)), eofReceived };
        };
        const made = makeTransport(below(2) === 0 ? plain : filling());
        transport = made.transport;
        await turn();
        const count = 1 + below(60);
        for (let at = 0; at < count;) {
          const size = Math.min(1 + below(20), count - at);
          made.socket.data(Uint8Array.from({ length: size }, () => at++));
          if (below(2) === 0) await turn(below(3));
          if (below(3) === 0) transport.resumeReading();
        }
        made.socket.end();
        for (let turns = 0; ended === 0 && turns < 1000; turns++) {
          transport.resumeReading();
          await turn();
        }
        assert.deepEqual([received, ended], [Array.from({ length: count }, (_, i) => i), 1], `seed ${seed}`);
        transport.abort();
        await turn();
      }
    }));

  it("receives what TLS has decrypted", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        const box = new Box(1000);
        let received = "";
        let tell = (): void => {};
        const all = new Promise<void>((resolve) => tell = resolve);
        box.onUpdate = () => {
          received += box.log.at(-1)!.slice("updated ".length);
          if (received.length === 50_000) tell();
        };
        const [transport] = await getRunningLoop().createConnection(() => box, { host: "127.0.0.1", port, ...asClient() });
        transport.write("0123456789".repeat(5000));
        await until(all);
        assert.equal(received, "0123456789".repeat(5000));
        transport.close();
        while (!box.log.includes("lost")) await turn();
      })
    ));

  it("may be an object, and receives much over a real socket, whole and in order", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const size = 8_000_000;
      const memory = new Uint8Array(50_000);
      let received = 0;
      let wrong = 0;
      let done = (): void => {};
      const all = new Promise<void>((resolve) => done = resolve);
      let updates = 0;
      const server = await loop.createServer(() => {
        let receiving: Transport | null = null;
        return {
          connectionMade: (made: Transport) => void (receiving = made),
          getBuffer: () => memory,
          bufferUpdated(nbytes: number) {
            for (let i = 0; i < nbytes; i++) if (memory[i] !== (received + i) % 251) wrong++;
            received += nbytes;
            if (++updates % 7 !== 0) return;
            receiving!.pauseReading(); // what comes meanwhile is held, and its memory is not to be used again
            setImmediate(() => loop.callSoon(() => receiving!.resumeReading()));
          },
          connectionLost: () => done(),
        };
      }, { host: "127.0.0.1", port: 0 });
      const { port } = server.sockets[0]!.address;
      const [transport]: [Transport, unknown] = await loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port });
      transport.write(Uint8Array.from({ length: size }, (_, i) => i % 251));
      transport.close();
      await until(all);
      assert.deepEqual([received, wrong], [size, 0]);
      server.close();
      await server.waitClosed();
    }));
});
