import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterEach, assert, beforeEach, describe, it, runtimeName } from "../_kit/mod.ts";

const PROGRAM = fileURLToPath(new URL("./programs/permissions.ts", import.meta.url));
const UNIX_PROGRAM = fileURLToPath(new URL("./programs/unix_permissions.ts", import.meta.url));

/**
 * The lines that the program prints on Deno with these permissions, and what it wrote of errors. Not by node:child_process: on Deno that
 * gives all permissions to a Deno that is started without any.
 */
async function run(
  flags: readonly string[],
  argument: string,
  program: string = PROGRAM,
): Promise<{ readonly lines: readonly string[]; readonly stderr: string }> {
  const args = ["run", "--no-prompt", "--no-check", ...flags, program, argument];
  const { stdout, stderr } = await new Deno.Command(process.execPath, { args, env: { NO_COLOR: "1" }, stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { lines: decoder.decode(stdout).trim().split("\n"), stderr: decoder.decode(stderr) };
}

function denied(what: string, action: string, wanted: string): string {
  return `${what}: thrown PermissionError EPERM NotCapable: Cannot ${action}: Requires net access${wanted}, run again with the --allow-net flag`;
}

if (runtimeName === "deno") {
  for (const driver of ["native", "node"]) {
    describe(`Deno's permissions, ${driver} driver`, () => {
      it("that were not given are a PermissionError at the call", async () => {
        const { lines, stderr } = await run([], driver);
        assert.deepEqual(lines, [
          denied("listen", "listen on 127.0.0.1 port 0", ' to "127.0.0.1:0"'),
          denied("connect", "connect to 127.0.0.1 port 9", ' to "127.0.0.1:9"'),
          denied("connect elsewhere", "connect to ::1 port 9", ' to "[::1]:9"'),
          denied("listen elsewhere", "listen on ::1 port 0", ' to "[::1]:0"'),
          denied("lookup", "resolve localhost", ""),
        ]);
        assert.equal(stderr, "");
      });

      it("can be given for one host", async () => {
        const { lines, stderr } = await run(["--allow-net=127.0.0.1"], driver);
        assert.deepEqual(lines, [
          "listen: done",
          "connect: done",
          denied("connect elsewhere", "connect to ::1 port 9", ' to "[::1]:9"'),
          denied("listen elsewhere", "listen on ::1 port 0", ' to "[::1]:0"'),
          denied("lookup", "resolve localhost", ""),
        ]);
        assert.equal(stderr, "");
      });

      it("can be taken away from one host", async () => {
        const { lines } = await run(["--allow-net", "--deny-net=[::1]"], driver);
        assert.deepEqual(lines.slice(0, 4), [
          "listen: done",
          "connect: done",
          denied("connect elsewhere", "connect to ::1 port 9", ' to "[::1]:9"'),
          denied("listen elsewhere", "listen on ::1 port 0", ' to "[::1]:0"'),
        ]);
      });
    });
  }

  describe("Deno's permissions, unix sockets and names", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const none = (what: string, action: string, wanted: string, flag: string): string =>
      `${what}: thrown PermissionError: Cannot ${action}: Requires ${wanted}, run again with the --allow-${flag} flag`;

    it("that were not given are a PermissionError at the call", async () => {
      const { lines, stderr } = await run([], folder, UNIX_PROGRAM);
      assert.deepEqual(lines, [
        none("listen", "listen on FOLDER/s", 'read access to "FOLDER/"', "read"),
        none("connect", "connect to FOLDER/s", 'read access to "FOLDER/s"', "read"),
        none("abstract", "listen on @tsyncio", "net access", "net"),
        none("look", "look at FOLDER/s", 'read access to "FOLDER/"', "read"),
        none("remove", "remove FOLDER/s", 'read access to "FOLDER/"', "read"),
        none("name", "look up the name of 127.0.0.1", "net access", "net"),
      ]);
      assert.equal(stderr, "");
    });

    it("can be given for files alone, which is not enough", async () => {
      const { lines, stderr } = await run([`--allow-read=${folder}`, `--allow-write=${folder}`], folder, UNIX_PROGRAM);
      assert.deepEqual(lines.slice(0, 2), [
        none("listen", "listen on FOLDER/s", "net access", "net"),
        none("connect", "connect to FOLDER/s", 'net access to "unix:FOLDER/s"', "net"),
      ]);
      assert.equal(stderr, "");
    });

    it("can be given for the folder and the network", async () => {
      const { lines, stderr } = await run([`--allow-read=${folder}`, `--allow-write=${folder}`, "--allow-net"], folder, UNIX_PROGRAM);
      assert.deepEqual(lines, ["listen", "connect", "abstract", "look", "remove", "name"].map((what) => `${what}: done`));
      assert.equal(stderr, "");
    });
  });
}
