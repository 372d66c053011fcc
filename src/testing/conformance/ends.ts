/**
 * Both ends of a connection, for the rules of transports.
 *
 * @module
 */
import type { CoroutineGenerator } from "../../core/mod.ts";
import type { Transport } from "../../net/transports.ts";
import { Recorder } from "./recorder.ts";
import { type ConnectionMaker, pairOf } from "./subjects.ts";

/** One end. */
export interface End {
  readonly transport: Transport;
  readonly protocol: Recorder;
}

/** Both of them. */
export interface Ends {
  readonly client: End;
  readonly server: End;
}

/** A new connection of recorders. */
export function* connect(
  maker: ConnectionMaker,
  client: Recorder = new Recorder(),
  server: Recorder = new Recorder(),
): CoroutineGenerator<Ends> {
  const [clientTransport, serverTransport] = yield* pairOf(maker, () => client, () => server);
  return { client: { transport: clientTransport, protocol: client }, server: { transport: serverTransport, protocol: server } };
}

/** Closes ends without ceremony, and waits until they are gone. */
export function* finish(...ends: readonly End[]): CoroutineGenerator<void> {
  for (const { transport } of ends) transport.abort();
  for (const { protocol } of ends) yield* protocol.untilLost();
}

/** Lets whatever carries the bytes work for a while: several exchanges over another connection. */
export function* pass(maker: ConnectionMaker): CoroutineGenerator<void> {
  const echo = new Recorder({ onData: (data, transport) => transport.write(data) });
  const { client, server } = yield* connect(maker, new Recorder(), echo);
  for (let round = 1; round <= 10; round++) {
    client.transport.write("x");
    yield* client.protocol.untilReceived(round);
  }
  yield* finish(client, server);
}

/** Lets so many turns of the loop pass. */
export function* turns(count: number): CoroutineGenerator<void> {
  for (let turn = 0; turn < count; turn++) yield;
}
