/**
 * Children by what a runtime offers: `native.ts WORKLOAD N WARM_UP child_process|Deno.Command|Bun.spawn`.
 *
 * The library is loaded, though nothing of it is used: Node forks, which costs more the larger a process is, and that is the cost of
 * whatever a program loads.
 */

import "../../../mod.ts";

import { spawn } from "node:child_process";
import process from "node:process";
import { Meter, sampleOf, times } from "../sample.ts";
import type { ChildWorkload } from "../workloads.ts";
import { checkEnded, type Child, childOf, type Ended, SIDE_BY_SIDE } from "./children.ts";

interface DenoChild {
  readonly status: Promise<{ readonly code: number }>;
  output(): Promise<{ readonly code: number; readonly stdout: Uint8Array }>;
}

interface BunChild {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly exited: Promise<number>;
}

const host = globalThis as unknown as {
  readonly Deno: { readonly Command: new (program: string, options: object) => { spawn(): DenoChild } };
  readonly Bun: { spawn(command: readonly string[], options: object): BunChild };
};

function startByNode({ program, args, piped }: Child): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", piped ? "pipe" : "ignore", "ignore"] });
    let output = "";
    child.stdout?.on("data", (data) => output += data);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

async function startByDeno({ program, args, piped }: Child): Promise<Ended> {
  const options = { args, stdin: "null", stdout: piped ? "piped" : "null", stderr: "null" };
  const child = new host.Deno.Command(program, options).spawn();
  if (!piped) return { code: (await child.status).code, output: "" };
  const { code, stdout } = await child.output();
  return { code, output: new TextDecoder().decode(stdout) };
}

async function startByBun({ program, args, piped }: Child): Promise<Ended> {
  const child = host.Bun.spawn([program, ...args], { stdio: ["ignore", piped ? "pipe" : "ignore", "ignore"] });
  const output = piped ? await new Response(child.stdout).text() : "";
  return { code: await child.exited, output };
}

const api = process.argv[5];
const start = api === "Deno.Command" ? startByDeno : api === "Bun.spawn" ? startByBun : startByNode;

async function startAll(child: Child, n: number): Promise<void> {
  let left = n;
  const startSome = async (): Promise<void> => {
    while (left-- > 0) checkEnded(child, await start(child));
  };
  await Promise.all(times(SIDE_BY_SIDE, startSome));
}

const { workload, n, warmUp } = sampleOf<ChildWorkload>();
await startAll(childOf(workload), warmUp);
const meter = new Meter();
meter.start();
await startAll(childOf(workload), n);
meter.stop();
meter.print();
