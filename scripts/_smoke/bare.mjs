// Imports the package and does nothing else. Prints what the import has left behind; the process then has to end by itself.
import process from "node:process";

/** What is open: hosts that cannot tell have nothing to compare. */
const open = () => [...process.getActiveResourcesInfo?.() ?? []].sort().join(" ");
const globals = new Set(Reflect.ownKeys(globalThis));
const before = open();
await import("tsyncio");
const added = Reflect.ownKeys(globalThis).filter((key) => !globals.has(key)).map(String);
console.log(JSON.stringify({ added, opened: open() === before ? "" : open() }));
