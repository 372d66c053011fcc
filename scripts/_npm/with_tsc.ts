/** Emits the package's modules with the TypeScript compiler of the toolchain. */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import process from "node:process";
import { ROOT } from "../_check/files.ts";
import { run } from "../_check/run.ts";
import { describeFailure, installTools, toolPath } from "../toolchain.mjs";
import { type Plan, WORKER_ENTRY } from "./plan.ts";

/** Emits into `esm`, and returns the name of the emitter. */
export async function emitWithTsc({ entries, folder }: Plan): Promise<string> {
  const failure = (await installTools(["tsc"]))[0];
  if (failure !== undefined) throw new Error(`Cannot build: ${describeFailure(failure)}`);
  const project = path.join(ROOT, ".work", `tsc-${process.pid}`);
  await fs.mkdir(project, { recursive: true });
  try {
    const config = {
      compilerOptions: compilerOptions(path.join(folder, "esm")),
      files: [...entries.map(({ source }) => source), WORKER_ENTRY].map((source) => path.join(ROOT, source)),
    };
    await fs.writeFile(path.join(project, "tsconfig.json"), JSON.stringify(config));
    const { code, output } = await run([toolPath("tsc"), "--project", project]);
    if (code !== 0) throw new Error(`Cannot build: the compiler ended with ${code ?? "no exit code"}\n${output}`);
    const version = await run([toolPath("tsc"), "--version"]);
    return `typescript ${version.stdout.trim().replace(/^Version /, "")}`;
  } finally {
    await fs.rm(project, { recursive: true });
  }
}

function compilerOptions(outDir: string): Record<string, unknown> {
  return {
    target: "es2022",
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["esnext", "dom"],
    types: [],
    rootDir: ROOT,
    outDir,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    stripInternal: true,
    isolatedDeclarations: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    // The sources are checked by `deno task check`, against the types of a host.
    noCheck: true,
    newLine: "lf",
  };
}
