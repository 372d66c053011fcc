/** Starts children that write to the outputs of this process. */

import { createSubprocessShell, run, STDOUT } from "../../../mod.ts";

await run(async () => {
  await (await createSubprocessShell("echo o1; echo e1 >&2")).wait();
  await (await createSubprocessShell("echo o2; echo e2 >&2", { stderr: STDOUT })).wait();
  await (await createSubprocessShell("echo o3; echo e3 >&2", { stdout: 1, stderr: 1 })).wait();
});
