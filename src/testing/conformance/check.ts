/**
 * The conformance suites.
 *
 * @module
 */
import { bufferedRules } from "./buffered_rules.ts";
import { closingRules } from "./closing_rules.ts";
import { type DatagramFeature, datagramRules } from "./datagram_rules.ts";
import { sendfileRules } from "./sendfile_rules.ts";
import { serverRules } from "./server_rules.ts";
import { streamRules } from "./stream_rules.ts";
import type { ConnectionMaker, EndpointMaker } from "./subjects.ts";
import { type CheckOptions, checkRules } from "./suite.ts";
import { type TransportFeature, transportRules } from "./transport_rules.ts";

/**
 * Checks transports against the rules of asyncio: the order of calls, flow control, pausing, half-closed connections, closing, aborting, protocols with
 * memory of their own, and, where the maker has a file, `sendfile`, and can listen, servers. For those who write a transport of their own, or a runtime:
 *
 *     await checkTransport(tcpConnections(), { run: (main) => runStrict(main, { runtime: myRuntime() }), lacks: ["reset"] });
 *     await checkTransport({ pair: makePair }, { test: (name, body) => test(name, body) }); // a test for each rule
 *
 * To be called outside any loop. Each rule runs on a loop of its own, and fails too when something is left pending, or the loop's exception handler was told of
 * something.
 *
 * @throws (as a rejection) ExceptionGroup of an error for each rule that does not hold, whose message begins with the rule. With `test` nothing: the tests
 * fail.
 */
export function checkTransport(maker: ConnectionMaker, options: CheckOptions<TransportFeature> = {}): Promise<void> {
  const rules = [...transportRules(), ...closingRules(), ...bufferedRules()];
  if (maker.file !== undefined) rules.push(...sendfileRules());
  if (maker.listen !== undefined) rules.push(...serverRules());
  return checkRules("transport", rules, maker, options);
}

/**
 * Checks that streams over the maker's connections do as asyncio's: reading of all kinds, limits, cancelled reads, `drain`, ends and errors, and
 * streams as web streams and back. Otherwise as
 * `checkTransport`.
 *
 * @throws (as a rejection) as `checkTransport`.
 */
export function checkStreams(maker: ConnectionMaker, options: CheckOptions<TransportFeature> = {}): Promise<void> {
  return checkRules("stream", streamRules(), maker, options);
}

/**
 * Checks datagram endpoints: whole datagrams, addresses, sizes, errors, closing. Otherwise as `checkTransport`.
 *
 *     await checkDatagrams(udpEndpoints(), { run: (main) => runStrict(main, { runtime: myRuntime() }), lacks: ["refusals"] });
 *
 * @throws (as a rejection) as `checkTransport`.
 */
export function checkDatagrams(maker: EndpointMaker, options: CheckOptions<DatagramFeature> = {}): Promise<void> {
  return checkRules("datagram endpoint", datagramRules(), maker, options);
}
