/** Tells how opening pipes fails. Run on Deno without permissions. */

import { getRunningLoop, Protocol, run } from "../../../mod.ts";

await run(async () => {
  const loop = getRunningLoop();
  await loop.connectReadPipe(() => new Protocol(), "/dev/zero").catch((error: unknown) => console.log(String(error)));
  await loop.connectWritePipe(() => new Protocol(), "/dev/null").catch((error: unknown) => console.log(String(error)));
});
