/**
 * The table of docs/runtimes.md: what can be done on which host, made of the flags of the conformance suites.
 *
 *     deno run -A scripts/runtimes_guide.ts [--write]
 *
 * Says whether the table is what the flags say, with exit code 1 where it is not; with `--write` puts it there.
 */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { GAPS, type Gaps, type HostName } from "../tests/conformance/host_gaps.ts";
import { ROOT } from "./_check/files.ts";
import { runScript, scriptArguments } from "./_command_line.ts";

const GUIDE = path.join(ROOT, "docs/runtimes.md");
const BEGIN = "<!-- The table is made by scripts/runtimes_guide.ts from the flags of the conformance suites. -->\n\n";
const END = "\n<!-- Here it ends. -->";

const COLUMNS: Readonly<Record<HostName, string>> = { deno: "Deno", bun: "Bun", node: "Node", memory: "in memory" };

type Features<K extends keyof Gaps> = Readonly<Record<NonNullable<Gaps[K]>[number], string>>;

/** The rows of each suite: the first is what the suite checks of every host, the others what may be lacking. A flag without a row is an error of types. */
const ROWS: { readonly [K in keyof Gaps]: { readonly all: string; readonly features: Features<K> } } = {
  tcp: {
    all: "TCP: transports, servers, streams, also as web streams; names, IPv6, `localAddr`, `reusePort`",
    features: {
      halfClose: "TCP: `writeEof`, and reading on",
      reset: "TCP: `abort({ reset: true })` resets the connection",
      addresses: "TCP: the addresses of both ends",
      buffered: "TCP: `BufferedProtocol`",
      sendfile: "TCP: `sendfile`, by reading and writing",
    },
  },
  tls: {
    all: "TLS: transports, servers, streams, also as web streams",
    features: {
      halfClose: "TLS: `writeEof`, and reading on (asyncio neither)",
      reset: "TLS: `abort({ reset: true })` resets the connection",
      addresses: "TLS: the addresses of both ends",
      buffered: "TLS: `BufferedProtocol`",
      sendfile: "TLS: `sendfile`, by reading and writing",
    },
  },
  unix: {
    all: "Unix sockets: transports, servers, streams, also as web streams; abstract names",
    features: {
      halfClose: "Unix sockets: `writeEof`, and reading on",
      reset: "Unix sockets: `abort({ reset: true })` resets the connection (no system does)",
      addresses: "Unix sockets: the addresses of both ends",
      buffered: "Unix sockets: `BufferedProtocol`",
      sendfile: "Unix sockets: `sendfile`, by reading and writing",
    },
  },
  udp: {
    all: "UDP: endpoints, bound and connected",
    features: {
      refusals: "UDP: a connected endpoint is told that nobody listens",
      sharedPort: "UDP: `reusePort`",
    },
  },
  descriptors: {
    all: "Without a free descriptor: connections go on, and servers accept again once there is one",
    features: {
      reason: "Without a free descriptor: a connect raises `OSError` with the code EMFILE",
      waiting: "Without a free descriptor: clients of a server wait until it can accept them",
      report: "Without a free descriptor: the loop's exception handler is told of clients that wait",
    },
  },
  processes: {
    all: "Processes: arguments, environment, folder, pipes, one pipe for output and errors, return codes",
    features: {
      realTimeSignals: "Processes: the return code −N of a child that a real-time signal ended",
      textPrograms: "Processes: texts without `#!` are run by the shell (asyncio: ENOEXEC)",
    },
  },
  signals: {
    all: "Signals: `addSignalHandler`, `signals()`",
    features: { refusal: "Signals: the host itself refuses SIGKILL (the library does everywhere)" },
  },
  executors: {
    all: "Executors: threads, which share memory, and processes; what jobs throw",
    features: {
      threadMemory: "Executors: a thread that runs out of memory loses its job, no more",
      processMemory: "Executors: a process that runs out of memory loses its job, no more",
      network: "Executors: the library and its workers come from the network",
    },
  },
};

/** The table, in Markdown. */
export function tableOf(gaps: Readonly<Record<HostName, Gaps>>): string {
  const hosts = Object.keys(COLUMNS) as HostName[];
  const rows = (Object.keys(ROWS) as (keyof Gaps)[]).flatMap((suite) => {
    const { all, features } = ROWS[suite];
    const cells = (feature: string): string[] => hosts.map((host) => cellOf(gaps[host][suite], feature));
    return [[all, ...cells("")], ...Object.entries(features).map(([feature, title]) => [title, ...cells(feature)])];
  });
  const header = ["", ...hosts.map((host) => COLUMNS[host])];
  const widths = header.map((_title, column) => Math.max(3, ...[header, ...rows].map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |\n`;
  return line(header) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}

/** Whether a host that lacks so much has the feature; "–" where it has nothing of the kind. */
function cellOf(lacks: readonly string[] | null, feature: string): string {
  return lacks === null ? "–" : lacks.includes(feature) ? "no" : "yes";
}

/** The guide with the table in it. @throws Error where it has no place for one. */
export function withTable(guide: string, table: string): string {
  const from = guide.indexOf(BEGIN);
  const to = guide.indexOf(END);
  if (from < 0 || to < from) throw new Error("Cannot find the table in docs/runtimes.md: its marks are missing");
  return guide.slice(0, from) + BEGIN + table + guide.slice(to);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ args: scriptArguments(), options: { write: { type: "boolean", default: false } } });
  const guide = await fs.readFile(GUIDE, "utf8");
  const wanted = withTable(guide, tableOf(GAPS));
  if (guide === wanted) {
    console.log("docs/runtimes.md: the table is up to date");
    return 0;
  }
  if (!values.write) {
    console.log("docs/runtimes.md: the table is not what the flags say; deno run -A scripts/runtimes_guide.ts --write puts it right");
    return 1;
  }
  await fs.writeFile(GUIDE, wanted);
  console.log("docs/runtimes.md: the table is written");
  return 0;
}

if (import.meta.main) await runScript(main);
