/** The thread of native.ts: sends back what it gets. */

import { parentPort } from "node:worker_threads";

interface Scope {
  readonly Deno?: unknown;
  readonly Bun?: unknown;
  onmessage: (event: { readonly data: unknown }) => void;
  postMessage(value: unknown): void;
}

const scope = globalThis as unknown as Scope;
if (scope.Deno !== undefined || scope.Bun !== undefined) scope.onmessage = ({ data }) => scope.postMessage(data);
else parentPort!.on("message", (value) => parentPort!.postMessage(value));
