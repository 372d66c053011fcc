/**
 * The conformance suites.
 *
 * @module
 */
import { closingRules } from "./closing_rules.ts";
import { serverRules } from "./server_rules.ts";
import type { ConnectionMaker } from "./subjects.ts";
import { type CheckOptions, checkRules } from "./suite.ts";
import { type TransportFeature, transportRules } from "./transport_rules.ts";

/**
 * Checks transports against the rules of asyncio: the order of calls, flow control, pausing, half-closed connections, closing, aborting, and, where the
 * maker can listen, servers. For those who write a transport of their own, or a runtime:
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
  const rules = [...transportRules(), ...closingRules(), ...maker.listen === undefined ? [] : serverRules()];
  return checkRules("transport", rules, maker, options);
}
