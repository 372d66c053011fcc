/**
 * For Node 22, which takes the types out of every file anew in every process (later versions keep what they made in the compile cache): keeps
 * the outcome in `.toolchain`. Loaded by `--import` before all else.
 */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import * as path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const CACHE = path.resolve(import.meta.dirname, "../../.toolchain/stripped");

fs.mkdirSync(CACHE, { recursive: true });

registerHooks({
  load(url, context, nextLoad) {
    if (!/^file:.*\.ts$/.test(url)) return nextLoad(url, context);
    return { format: "module", source: stripped(fs.readFileSync(fileURLToPath(url), "utf8")), shortCircuit: true };
  },
});

function stripped(source) {
  const file = path.join(CACHE, `${createHash("sha1").update(source).digest("hex")}.js`);
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    const code = strip(source);
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, code);
    fs.renameSync(draft, file); // whole, or not there, for those beside this one
    return code;
  }
}

/** Without the warning that the function is new: programs under test are to write nothing but their own. */
function strip(source) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
