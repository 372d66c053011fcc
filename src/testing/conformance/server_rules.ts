/**
 * What every server of a loop has to do.
 *
 * @module
 */
import { type CoroutineGenerator, runBody, type Task } from "../../core/mod.ts";
import { CancelledError, OSError } from "../../errors.ts";
import { getRunningLoop } from "../../event_loop.ts";
import type { Transport } from "../../net/transports.ts";
import { connect, type End, turns } from "./ends.ts";
import { failureOf, holds, nameOf, same } from "./expect.ts";
import { type Reactions, Recorder, Watcher } from "./recorder.ts";
import type { ConnectionMaker, Listening, ProtocolFactory } from "./subjects.ts";
import type { TransportRule } from "./transport_rules.ts";

/** A server of recorders, and its connections so far. */
interface Serving extends Listening {
  readonly accepted: Recorder[];
  /** Told of each connection. */
  readonly arrivals: Watcher;
}

/** See above. */
export function serverRules(): TransportRule[] {
  return [...accepting(), ...ending()];
}

/** Its connections are closed when the client closes them. */
function* listen(maker: ConnectionMaker, onData?: Reactions["onData"]): CoroutineGenerator<Serving> {
  const accepted: Recorder[] = [];
  const arrivals = new Watcher();
  const reactions: Reactions = { onMade: () => arrivals.changed(), ...(onData === undefined ? {} : { onData }) };
  const factory = (): Recorder => {
    const recorder = new Recorder(reactions);
    recorder.keepsOpen = false;
    accepted.push(recorder);
    return recorder;
  };
  const { server, connect } = yield* runBody(() => maker.listen!(factory));
  return { server, connect, accepted, arrivals };
}

/** A client that has said a word, which the server has heard. */
function* client({ connect, accepted, arrivals }: Serving): CoroutineGenerator<End> {
  const count = accepted.length;
  const protocol = new Recorder();
  const transport = yield* runBody(() => connect(() => protocol));
  transport.write("hello");
  yield* arrivals.until(() => (accepted[count]?.transport ?? null) !== null); // hosts accept in their own time
  yield* accepted[count]!.untilReceived(5);
  return { transport, protocol };
}

function echo(data: Uint8Array, transport: Transport): void {
  transport.write(data);
}

function* connectTo({ connect }: Listening, factory: ProtocolFactory): CoroutineGenerator<Transport> {
  return yield* runBody(() => connect(factory));
}

// ---------------------------------------------------------------- accepting

function accepting(): TransportRule[] {
  return [
    {
      name: "a server gives each of 50 clients at once a protocol of its own",
      check: function* (maker) {
        const serving = yield* listen(maker, echo);
        const loop = getRunningLoop();
        const tasks: Task<string>[] = [];
        for (let number = 100; number < 150; number++) tasks.push(loop.createTask(() => ask(serving, `client ${number}`)));
        const answers: string[] = [];
        for (const task of tasks) answers.push(yield* task);
        same(answers, Array.from({ length: 50 }, (_, at) => `client ${100 + at}`), "the answers");
        same(serving.accepted.length, 50, "the protocols that were made");
        serving.server.close();
        yield* serving.server.waitClosed();
      },
    },
    {
      name: "a server says where it listens, and that it serves",
      check: function* (maker) {
        const { server } = yield* listen(maker);
        same([server.isServing(), server.sockets.length > 0], [true, true], "isServing, and whether there are sockets");
        holds(server.getLoop() === getRunningLoop(), "getLoop gives the loop");
        server.close();
        same([server.isServing(), server.sockets.length], [false, 0], "isServing and the number of sockets after close");
        yield* server.waitClosed();
      },
    },
    {
      name: "clients that leave at once do not disturb the others",
      check: function* (maker) {
        const serving = yield* listen(maker, echo);
        for (let round = 0; round < 20; round++) (yield* connectTo(serving, () => new Recorder())).abort();
        same(yield* ask(serving, "still here?"), "still here?", "the answer");
        serving.server.close();
        yield* serving.server.waitClosed();
      },
    },
    {
      name: "a connection whose attempt is cancelled leaves nothing behind",
      check: function* (maker) {
        const serving = yield* listen(maker);
        for (let wait = 0; wait < 8; wait++) {
          const task = getRunningLoop().createTask(() => connectTo(serving, () => new Recorder()));
          yield* turns(wait);
          task.cancel();
          const error = yield* failureOf(task);
          holds(error instanceof CancelledError || error === null, "cancelling is told by CancelledError");
          if (error === null) task.result().abort();
        }
        serving.server.close();
        yield* serving.server.waitClosed();
      },
    },
  ];
}

/** Has a word echoed. */
function* ask({ connect }: Listening, word: string): CoroutineGenerator<string> {
  const protocol = new Recorder();
  const transport = yield* runBody(() => connect(() => protocol));
  transport.write(word);
  yield* protocol.untilReceived(word.length);
  transport.close();
  protocol.transport!.abort();
  yield* protocol.untilLost();
  return protocol.text();
}

// ---------------------------------------------------------------- ending

function ending(): TransportRule[] {
  return [
    {
      name: "a server that is closed takes no more clients, its connections go on, and waitClosed waits for the last",
      check: function* (maker) {
        const serving = yield* listen(maker, echo);
        const { transport, protocol } = yield* client(serving);
        serving.server.close();
        serving.server.close();
        const closed = getRunningLoop().createTask(serving.server.waitClosed());
        yield* turns(5);
        same(closed.done(), false, "whether waitClosed has returned while there is a connection");
        transport.write(" again");
        yield* protocol.untilReceived(11);
        const error = yield* failureOf(connectTo(serving, () => new Recorder()));
        holds(error instanceof OSError, `connecting to a closed server fails with an OSError, not with ${nameOf(error)}`);
        transport.abort();
        yield* protocol.untilLost();
        yield* serving.accepted[0]!.until(() => serving.accepted[0]!.calls.length > 2);
        serving.accepted[0]!.transport!.abort();
        yield* closed;
      },
    },
    {
      name: "closeClients closes each connection, once what it holds is sent",
      check: function* (maker) {
        const serving = yield* listen(maker);
        const clients = [yield* client(serving), yield* client(serving)];
        for (const { transport } of serving.accepted) transport!.write("goodbye");
        serving.server.close();
        serving.server.closeClients();
        for (const { protocol, transport } of clients) {
          yield* protocol.until(() => protocol.calls.includes("eof"));
          same(protocol.text(), "goodbye", "what was received");
          transport.close();
        }
        yield* serving.server.waitClosed();
        for (const { protocol } of clients) yield* protocol.untilLost();
      },
    },
    {
      name: "abortClients ends each connection at once",
      check: function* (maker) {
        const serving = yield* listen(maker);
        const { transport, protocol } = yield* client(serving);
        transport.pauseReading();
        serving.accepted[0]!.transport!.write(new Uint8Array(32 * 1024 * 1024));
        serving.server.close();
        serving.server.abortClients();
        yield* serving.server.waitClosed();
        transport.abort();
        yield* protocol.untilLost();
      },
    },
    {
      name: "serveForever that is cancelled closes the server and its connections",
      check: function* (maker) {
        const serving = yield* listen(maker);
        const forever = getRunningLoop().createTask(serving.server.serveForever());
        const { protocol, transport } = yield* client(serving);
        forever.cancel();
        yield* protocol.until(() => protocol.calls.includes("eof"));
        transport.close();
        const error = yield* failureOf(forever);
        holds(error instanceof CancelledError, `serveForever ends with CancelledError, not with ${nameOf(error)}`);
        same([serving.server.isServing(), serving.accepted[0]!.lost], [false, true], "isServing, and whether the connection is gone");
        yield* protocol.untilLost();
      },
    },
    {
      name: "a server can be closed while a pair of its own goes on elsewhere",
      check: function* (maker) {
        const { client, server } = yield* connect(maker);
        const other = yield* listen(maker);
        other.server.close();
        other.server.abortClients();
        yield* other.server.waitClosed();
        client.transport.write("here");
        yield* server.protocol.untilReceived(4);
        client.transport.abort();
        server.transport.abort();
        yield* client.protocol.untilLost();
        yield* server.protocol.untilLost();
      },
    },
  ];
}
