/** Says, for several ways to start a process, how that ended. Run on Deno with few permissions. */

import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  OSError,
  PIPE,
  type Process,
  run,
  STDOUT,
  type SubprocessOptions,
} from "../../../mod.ts";

async function attempt(what: string, start: () => PromiseLike<Process>): Promise<void> {
  try {
    const child = await start();
    const [stdout] = await child.communicate();
    console.log(`${what}: ${child.returncode} ${stdout === null ? "" : new TextDecoder().decode(stdout).trim()}`);
    await child.stop(); // asks for nothing more
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    console.log(`${what}: ${error.name} ${error.code} ${(error.cause as Error).name}: ${error.message}`);
  }
}

const piped: SubprocessOptions = { stdin: DEVNULL, stdout: PIPE, stderr: DEVNULL };

await run(async () => {
  await attempt("exec", () => createSubprocessExec("echo", ["hello"], piped));
  await attempt("another program", () => createSubprocessExec("cat", [], piped));
  await attempt("shell", () => createSubprocessShell("echo hello", piped));
  await attempt("merged", () => createSubprocessExec("echo", ["hello"], { ...piped, stderr: STDOUT }));
  await attempt("missing", () => createSubprocessExec("no-such-program", [], { ...piped, stderr: STDOUT }));
  await attempt("descriptor", () => createSubprocessExec("echo", ["hello"], { stdin: DEVNULL, stdout: 1, stderr: DEVNULL }));
  await attempt("killed", async () => {
    const child = await createSubprocessExec("sleep", ["30"], piped);
    child.kill();
    return child;
  });
});
