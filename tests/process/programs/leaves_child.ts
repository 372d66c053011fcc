/** Ends while a child with a pipe runs. */

import { createSubprocessExec, DEVNULL, PIPE, run } from "../../../mod.ts";

await run(async () => {
  const child = await createSubprocessExec("sleep", ["60"], { stdin: PIPE, stdout: PIPE, stderr: DEVNULL });
  console.log("child", child.pid);
});
console.log("run has ended");
