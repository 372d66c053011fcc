/** What the npm package is to be made of, read from deno.json. */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { ROOT } from "../_check/files.ts";
import { IMPORT_TIME_FILES } from "../_check/layer_table.ts";

/** One entry point. */
export interface Entry {
  /** As in the package's `exports`: "." or "./gen". */
  readonly name: string;
  /** Of its source, from the root. */
  readonly source: string;
}

/** What is to be built. */
export interface Plan {
  readonly version: string;
  readonly entries: readonly Entry[];
  /** The folder of the package. */
  readonly folder: string;
}

/** What workers run. Nothing imports it: they are started with its URL. */
export const WORKER_ENTRY = "./src/worker_entry.ts";

/** What an emitter makes of a source: `esm/mod.js`, `esm/src/…`. */
export function emitted(source: string, ending: ".js" | ".d.ts"): string {
  return `./esm/${source.replace(/^\.\//, "").replace(/\.ts$/, ending)}`;
}

/** Reads deno.json. */
export async function readPlan(): Promise<Plan> {
  const { version, exports } = JSON.parse(await fs.readFile(path.join(ROOT, "deno.json"), "utf8")) as {
    version: string;
    exports: Record<string, string>;
  };
  const entries = Object.entries(exports).map(([name, source]) => ({ name, source }));
  return { version, entries, folder: path.join(ROOT, "npm") };
}

/** The package's package.json. */
export function packageJson({ version, entries }: Plan): Record<string, unknown> {
  const exports = Object.fromEntries(
    entries.map(({ name, source }) => [name, { types: emitted(source, ".d.ts"), import: emitted(source, ".js") }]),
  );
  return {
    name: "tsyncio",
    version,
    description: "asyncio for TypeScript: tasks that can be cancelled, structured concurrency and asynchronous I/O on Deno, Bun and Node",
    license: "MIT",
    type: "module",
    engines: { node: ">=20" },
    sideEffects: IMPORT_TIME_FILES.map((file) => emitted(file, ".js")),
    exports: { ...exports, "./package.json": "./package.json" },
    files: ["esm"],
  };
}
