/**
 * Whether Node reads each of the TypeScript files named on its standard input, one a line: their types are blanked out, as when they
 * are run, and what is left has to parse. Prints one line for each that does not, and ends with exit code 1 when there are any.
 * Run by the oldest Node that runs the sources, with --experimental-vm-modules.
 */

import * as fs from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import process from "node:process";
import { SourceTextModule } from "node:vm";

let failures = 0;
const files = fs.readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
for (const file of files) {
  try {
    new SourceTextModule(stripTypeScriptTypes(fs.readFileSync(file, "utf8"), { mode: "strip" }), { identifier: file });
  } catch (error) {
    failures++;
    const where = /^(?:.*):(\d+)\n/.exec(error.stack ?? "")?.[1];
    console.log(`${file}${where === undefined ? "" : `:${where}`}: ${error.message.trim().split("\n").at(-1)}`);
  }
}
console.log(`${files.length} files, ${failures} findings`);
process.exitCode = failures === 0 && files.length > 0 ? 0 : 1;
