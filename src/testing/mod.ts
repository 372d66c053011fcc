/**
 * For tests of programs: virtual time, a network in memory, and checks for what is left over. For those who write transports and runtimes:
 * conformance suites.
 *
 * @module
 */
export { checkDatagrams, checkStreams, checkTransport } from "./conformance/check.ts";
export type { DatagramFeature } from "./conformance/datagram_rules.ts";
export {
  type ConnectionMaker,
  type EndpointMaker,
  type Listening,
  type ProtocolFactory,
  type SampleFile,
  tcpConnections,
  type TcpOptions,
  udpEndpoints,
  unixConnections,
  type UnixOptions,
} from "./conformance/subjects.ts";
export type { CheckOptions } from "./conformance/suite.ts";
export type { TransportFeature } from "./conformance/transport_rules.ts";
export type { NetworkConditions, Span } from "./memory/conditions.ts";
export type { MemoryConnection } from "./memory/connection.ts";
export type { Blockade } from "./memory/fabric.ts";
export { MemoryNetwork, type MemoryNetworkOptions, type Streams } from "./memory_network.ts";
export { assertNothingPending } from "./pending.ts";
export { runVirtual, type RunVirtualOptions } from "./run_virtual.ts";
export { runStrict } from "./strict.ts";
export { VirtualRuntime, type VirtualRuntimeOptions } from "./virtual_runtime.ts";
