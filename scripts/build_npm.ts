/**
 * Builds the npm package `tsyncio` into npm/, and says which emitter it used: dnt where it can be imported, else the TypeScript
 * compiler of the toolchain with the same layout.
 *
 *     deno task build:npm
 *
 * `DNT_MODULE` names a copy of dnt to use instead of the one on JSR.
 */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { ROOT } from "./_check/files.ts";
import { runScript } from "./_command_line.ts";
import { finishDeclarations } from "./_npm/declarations.ts";
import { packageJson, type Plan, readPlan } from "./_npm/plan.ts";
import { emitWithDnt } from "./_npm/with_dnt.ts";
import { emitWithTsc } from "./_npm/with_tsc.ts";

async function main(): Promise<number> {
  const plan = await readPlan();
  await fs.rm(plan.folder, { recursive: true, force: true });
  await fs.mkdir(plan.folder);
  const emitter = await emit(plan);
  await finish(plan);
  const modules = (await fs.readdir(path.join(plan.folder, "esm"), { recursive: true })).filter((file) => file.endsWith(".js"));
  console.log(`npm/: tsyncio ${plan.version}, ${plan.entries.length} entries, ${modules.length} modules, emitted by ${emitter}`);
  return 0;
}

async function emit(plan: Plan): Promise<string> {
  const outcome = await emitWithDnt(plan);
  if ("emitter" in outcome) return outcome.emitter;
  console.log(outcome.missing);
  return await emitWithTsc(plan);
}

/** What the emitters leave to do, the same after both. */
async function finish(plan: Plan): Promise<void> {
  const { folder } = plan;
  for (const file of await fs.readdir(folder, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const full = path.join(folder, file);
    await fs.writeFile(full, finishDeclarations(await fs.readFile(full, "utf8")));
  }
  await fs.writeFile(path.join(folder, "package.json"), `${JSON.stringify(packageJson(plan), null, 2)}\n`);
  for (const file of ["README.md", "LICENSE"]) await fs.copyFile(path.join(ROOT, file), path.join(folder, file));
}

await runScript(main);
