/** What the scripts share about being started: arguments, wrong usage, exit codes. */

import process from "node:process";

/** Thrown for a command line that the script cannot use; its message is all that people see. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The script's arguments, without the `--` that `deno task name -- …` passes on. */
export function scriptArguments(): string[] {
  return process.argv.slice(2).filter((word) => word !== "--");
}

/** Runs a script's `main`, whose result is the exit code; wrong usage is told in one line and ends with 2. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!isUsageError(error)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

function isUsageError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as { readonly code?: unknown };
  return error instanceof UsageError || (typeof code === "string" && code.startsWith("ERR_PARSE_ARGS"));
}
