/**
 * Starts an echo server, and measures it from outside; runs on Bun, whichever runtime the server is on.
 *
 *     load.ts echo CONNECTIONS SIZE N WARM_UP COMMAND …   the time that N messages take, and the server's processor time meanwhile
 *     load.ts idle N COMMAND …                            the resident memory of the server for each of N connections that are idle
 *
 * The server prints `{ port, version }`, or why it cannot run, as one line of JSON. The load itself is load.c.
 */

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import * as readline from "node:readline";
import { type Outcome, SETTLE } from "../sample.ts";

/** The functions of load.c. */
interface Load {
  load_open(port: number, more: number, greet: number): number;
  load_close(): void;
  load_prepare(size: number): number;
  load_run(n: number, verify: number): number;
}

/** What a server prints. */
type Greeting = { readonly port: number; readonly version: string } | { readonly unavailable: string };

/** Connections that come and go before memory is measured: a server's first ones cost more. */
const EARLIER_CONNECTIONS = 50;
const TICKS_PER_SECOND = 100;
const PAGE = 4096;

async function compileLoad(): Promise<Load> {
  const name: string = "bun:ffi"; // a literal would be looked for by those who check the types
  const { cc } = await import(name);
  const source = new URL("load.c", import.meta.url).pathname;
  const symbols = {
    load_open: { args: ["int", "int", "int"], returns: "int" },
    load_close: { args: [], returns: "void" },
    load_prepare: { args: ["i64_fast"], returns: "int" },
    load_run: { args: ["i64_fast", "int"], returns: "double" },
  };
  return cc({ source, symbols }).symbols;
}

/** Throws when a function of load.c tells by a negative number that something is wrong. */
function checked(value: number, what: string): number {
  if (value < 0) throw new Error(`The server ${value === -2 ? "did not answer" : what}`);
  return value;
}

async function measure(args: readonly string[]): Promise<Outcome> {
  const [mode, ...rest] = args;
  const count = mode === "echo" ? 4 : 1;
  const [file = "", ...command] = rest.slice(count);
  const numbers = rest.slice(0, count).map(Number) as [number, number, number, number];
  const load = await compileLoad();
  const server = spawn(file, command, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const greeting = await greetingOf(readline.createInterface({ input: server.stdout }));
    if ("unavailable" in greeting) return greeting;
    const { port, version } = greeting;
    const measured = mode === "echo" ? echo(load, port, server.pid!, numbers) : await idle(load, port, server.pid!, numbers[0]);
    return { ...measured, version };
  } finally {
    server.kill("SIGKILL");
  }
}

async function greetingOf(lines: AsyncIterable<string>): Promise<Greeting> {
  for await (const line of lines) return JSON.parse(line) as Greeting;
  throw new Error("The server ended without a word");
}

function echo(
  load: Load,
  port: number,
  pid: number,
  [connections, size, n, warmUp]: readonly [number, number, number, number],
): { readonly value: number; readonly cpu: number } {
  checked(load.load_open(port, connections, 0), "refused a connection");
  checked(load.load_prepare(size), "could not be watched");
  checked(load.load_run(warmUp, 1), "sent something else back");
  const before = processorTime(pid);
  const value = checked(load.load_run(n, 0), "ended a connection");
  return { value, cpu: processorTime(pid) - before };
}

async function idle(load: Load, port: number, pid: number, n: number): Promise<{ readonly value: number }> {
  checked(load.load_open(port, EARLIER_CONNECTIONS, 1), "refused a connection");
  load.load_close();
  await pause(SETTLE);
  const before = residentBytes(pid);
  checked(load.load_open(port, n, 1), "refused a connection");
  await pause(5 * SETTLE);
  return { value: (residentBytes(pid) - before) / n };
}

const pause = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));

/** The seconds that all threads of a process have had. */
function processorTime(pid: number): number {
  const [user, system] = fs.readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

function residentBytes(pid: number): number {
  return Number(fs.readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * PAGE;
}

const outcome = process.platform === "linux" ? await measure(process.argv.slice(2)) : { unavailable: "its load is for Linux" };
console.log(JSON.stringify(outcome));
process.exit(0);
