/**
 * A host like a browser: what Deno, Bun and Node have beyond timers, messages and the clock is taken away before the library is loaded. Prints
 * what tasks.ts finds there, as JSON.
 */

import { HOST } from "../../../scripts/_check/host_names.ts";

const KEPT = ["globalThis", "WebAssembly", "performance", "setTimeout", "clearTimeout", "setInterval", "clearInterval"];
// Deno hands over messages without running the microtasks of the one before: no turn of the host, as it is elsewhere. There timers make the turns.
if (!("Deno" in globalThis)) KEPT.push("MessageChannel");

// Some are made when they are first looked at, of others that are about to go.
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (name !== "localStorage" && name !== "sessionStorage") void (globalThis as Record<string, unknown>)[name];
}
for (const name of [...HOST, "AsyncLocalStorage", "AsyncContext"]) {
  if (!KEPT.includes(name)) Reflect.deleteProperty(globalThis, name);
}

const left = ["Deno", "process", "Buffer", "setImmediate", "AsyncLocalStorage", "Worker", "fetch"].filter((name) => name in globalThis);
const { followsAwait, results } = await import("./tasks.ts");
console.log(JSON.stringify({ left, followsAwait: await followsAwait(), ...await results() }));
