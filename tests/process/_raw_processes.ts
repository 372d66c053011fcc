/** The host's own way to run a program to its end, for comparison. */

import { spawn } from "node:child_process";
import { runtimeName } from "../_kit/mod.ts";

interface BunProcess {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly exited: Promise<number>;
}

interface BunGlobal {
  spawn(command: readonly string[], options: Readonly<Record<string, unknown>>): BunProcess;
}

/** Runs `program`, reads its stdout to the end, and gives its exit code. */
export function runRaw(program: string): Promise<number> {
  return runtimeName === "deno" ? runDeno(program) : runtimeName === "bun" ? runBun(program) : runNode(program);
}

async function runDeno(program: string): Promise<number> {
  const child = new Deno.Command(program, { stdin: "null", stdout: "piped", stderr: "null" }).spawn();
  await readAll(child.stdout);
  return (await child.status).code;
}

async function runBun(program: string): Promise<number> {
  const { spawn } = (globalThis as unknown as { readonly Bun: BunGlobal }).Bun;
  const child = spawn([program], { stdin: "ignore", stdout: "pipe", stderr: "ignore", lazy: true });
  await readAll(child.stdout);
  return await child.exited;
}

function runNode(program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [], { stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.on("data", () => {});
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}
