// Imports the entries named as arguments and does nothing else. Prints what the import has left behind; the process then has to end by itself.
import process from "node:process";

/** What is open: hosts that cannot tell have nothing to compare. */
const open = () => [...process.getActiveResourcesInfo?.() ?? []].sort().join(" ");
const globals = new Set(Reflect.ownKeys(globalThis));
const before = open();
for (const entry of process.argv.slice(2)) await import(entry);
const added = Reflect.ownKeys(globalThis).filter((key) => !globals.has(key)).map(String);
console.log(JSON.stringify({ added, opened: open() === before ? "" : open() }));
