import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createSslContext } from "../../mod.ts";
import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import { checkNetPermission } from "../../src/adapters/deno/permissions.ts";
import { nodeNet } from "../../src/adapters/shared/node_net.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import {
  checkDatagrams,
  type CheckOptions,
  checkStreams,
  checkTransport,
  MemoryNetwork,
  type MemoryNetworkOptions,
  runStrict,
  runVirtual,
  type SampleFile,
  tcpConnections,
  type TcpOptions,
  udpEndpoints,
  unixConnections,
} from "../../src/testing/mod.ts";
import { describe, it, runtimeName } from "../_kit/mod.ts";
import { GAPS, type Gaps } from "../conformance/host_gaps.ts";
import { certFile, identity } from "../net/_tls_support.ts";

type Run = CheckOptions<string>["run"];

const tls: NonNullable<TcpOptions["tls"]> = () => ({
  server: createSslContext(identity("localhost")),
  client: createSslContext({ ca: certFile("ca.pem") }),
  serverHostname: "localhost",
});

/** It is larger than a block of `sendfile`, and no multiple of one. */
const bytes = Uint8Array.from({ length: 300_007 }, (_, at) => (at * 31 + (at >> 8)) & 255);
const folder = mkdtempSync(join(tmpdir(), "tsyncio-conformance-"));
const file: SampleFile = { path: join(folder, "file"), bytes };
process.on("exit", () => rmSync(folder, { recursive: true }));
writeFileSync(file.path, bytes);

let paths = 0;

/** An abstract name, which leaves nothing behind. */
function path(): string {
  return `\0tsyncio-conformance-${process.pid}-${++paths}`;
}

/** Every suite, for one host. */
function checkHost(name: string, gaps: Gaps, run: Run): void {
  const options = { run: run!, test: (rule: string, body: () => Promise<void>) => it(rule, body) };
  describe(`${name}: TCP`, () => void checkTransport(tcpConnections({ file }), { ...options, lacks: gaps.tcp }));
  describe(`${name}: TLS`, () => void checkTransport(tcpConnections({ tls, file }), { ...options, lacks: gaps.tls }));
  describe(`${name}: streams over TCP`, () => void checkStreams(tcpConnections(), { ...options, lacks: gaps.tcp }));
  describe(`${name}: streams over TLS`, () => void checkStreams(tcpConnections({ tls }), { ...options, lacks: gaps.tls }));
  describe(`${name}: unix`, () => void checkTransport(unixConnections({ path, file }), { ...options, lacks: gaps.unix }));
  describe(`${name}: streams over unix`, () => void checkStreams(unixConnections({ path }), { ...options, lacks: gaps.unix }));
  for (const host of ["127.0.0.1", "::1"]) {
    describe(`${name}: UDP of ${host}`, () => void checkDatagrams(udpEndpoints(host), { ...options, lacks: gaps.udp }));
  }
}

checkHost(runtimeName, GAPS[runtimeName], runStrict);

if (runtimeName === "deno") {
  const runtime: Runtime = { ...defaultRuntime(), net: nodeNet({ check: checkNetPermission, countsTruly: false }) };
  const options = {
    run: ((main) => runStrict(main, { runtime })) as NonNullable<Run>,
    test: (rule: string, body: () => Promise<void>) => it(rule, body),
  };
  describe("node:net on Deno: TCP", () => void checkTransport(tcpConnections(), options));
}

/** A fresh network for each rule. */
function inMemory(options: MemoryNetworkOptions): NonNullable<Run> {
  return (main) => runVirtual(main, { strict: true, network: new MemoryNetwork(options) });
}

checkHost("memory", GAPS.memory, inMemory({}));
checkHost("slow memory", GAPS.memory, inMemory({ latency: [1, 30], chunkSize: [1, 9000], capacity: 300_000, seed: 3 }));
