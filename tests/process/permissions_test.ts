import process from "node:process";
import { fileURLToPath } from "node:url";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";

const PROGRAM = fileURLToPath(new URL("./programs/permissions.ts", import.meta.url));

/** What the program prints with these permissions. Not by node:child_process: on Deno that gives all to a Deno that is started without any. */
async function linesWith(...flags: readonly string[]): Promise<readonly string[]> {
  const args = ["run", "--no-prompt", "--no-check", ...flags, PROGRAM];
  const { stdout, stderr, code } = await new Deno.Command(process.execPath, { args, env: { NO_COLOR: "1" }, stdin: "null" }).output();
  const decoder = new TextDecoder();
  assert.deepEqual([decoder.decode(stderr), code], ["", 0]);
  return decoder.decode(stdout).trimEnd().split("\n");
}

function denied(what: string, program: string, wanted = program, permission = "run"): string {
  const access = permission === "run" ? `run access to "${wanted}"` : "env access";
  return `${what}: PermissionError EPERM NotCapable: Cannot start ${program}: Requires ${access}, run again with the --allow-${permission} flag`;
}

if (runtimeName === "deno") {
  describe("Deno's permissions for processes", () => {
    it("that were not given are a PermissionError at the call", async () => {
      assert.deepEqual(await linesWith(), [
        denied("exec", "echo"),
        denied("another program", "cat"),
        denied("shell", "/bin/sh"),
        denied("merged", "echo"),
        denied("missing", "no-such-program"),
        denied("descriptor", "echo"),
        denied("killed", "sleep"),
      ]);
    });

    it("can be given for one program; merged output needs a shell, and a descriptor the environment", async () => {
      assert.deepEqual(await linesWith("--allow-run=echo"), [
        "exec: 0 hello",
        denied("another program", "cat"),
        denied("shell", "/bin/sh"),
        denied("merged", "echo", "/bin/sh"),
        denied("missing", "no-such-program"),
        denied("descriptor", "echo", "", "env"),
        denied("killed", "sleep"),
      ]);
    });

    it("to read and for PATH tell of a missing program before a shell does", async () => {
      const missing = "FileNotFoundError ENOENT Error: Cannot start no-such-program: there is no such file (ENOENT)";
      for (const flags of [["--allow-run"], ["--allow-run", "--allow-read"], ["--allow-run", "--allow-read", "--allow-env=PATH"]]) {
        const lines = await linesWith(...flags);
        assert.deepEqual([...lines.slice(0, 4), lines[6]!.trim()], [
          "exec: 0 hello",
          "another program: 0 ",
          "shell: 0 hello",
          "merged: 0 hello",
          "killed: -9",
        ]);
        if (flags.length === 3) assert.equal(lines[4], `missing: ${missing}`);
        else assert.match(lines[4]!, /^missing: 127 .*not found$/);
      }
    });
  });
}
