/** Emits the package's modules with dnt, Deno's own builder of npm packages, where it can be had. */

import * as path from "node:path";
import process from "node:process";
import { ROOT } from "../_check/files.ts";
import { packageJson, type Plan, WORKER_ENTRY } from "./plan.ts";

/** The part of dnt that is used. */
interface Dnt {
  build(options: Readonly<Record<string, unknown>>): Promise<void>;
}

/** How it went: the name of the emitter, or why there is none. */
export type DntOutcome = { readonly emitter: string } | { readonly missing: string };

const DEFAULT_MODULE = "jsr:@deno/dnt";

/** Emits into `esm`, unless dnt cannot be imported. `DNT_MODULE` names another copy of it. */
export async function emitWithDnt(plan: Plan): Promise<DntOutcome> {
  // A variable: Deno would look for a literal name when it checks the types, also where it is out of reach.
  const specifier = process.env["DNT_MODULE"] || DEFAULT_MODULE;
  let dnt: Dnt;
  try {
    dnt = await import(specifier) as Dnt;
  } catch (error) {
    return { missing: `${specifier} cannot be imported: ${error instanceof Error ? error.message.split("\n")[0] : error}` };
  }
  await dnt.build({
    entryPoints: [...plan.entries, { name: "./worker_entry", source: WORKER_ENTRY }].map(({ name, source }) => ({
      name,
      path: path.join(ROOT, source),
    })),
    outDir: plan.folder,
    package: packageJson(plan),
    scriptModule: false,
    shims: {},
    typeCheck: false,
    test: false,
    declaration: "inline",
    declarationMap: false,
    skipSourceOutput: true,
    skipNpmInstall: true,
    compilerOptions: { target: "ES2022", lib: ["ESNext", "DOM"], stripInternal: true },
  });
  return { emitter: `dnt (${specifier})` };
}
