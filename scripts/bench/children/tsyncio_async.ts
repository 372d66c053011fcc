/** Children on tsyncio with async functions: `tsyncio_async.ts WORKLOAD N WARM_UP`. */

import { createTask, gather, run } from "../../../mod.ts";
import { Meter, printUnavailable, type Sample, sampleOf, times } from "../sample.ts";
import type { ChildWorkload } from "../workloads.ts";
import { checkEnded, type Child, childOf, SIDE_BY_SIDE } from "./children.ts";
import { startChild, textOf, whyUnavailable } from "./library.ts";

async function startAll(child: Child, n: number): Promise<void> {
  let left = n;
  async function startSome(): Promise<void> {
    while (left-- > 0) {
      const started = await startChild(child);
      const [output] = await started.communicate();
      checkEnded(child, { code: started.returncode, output: textOf(output) });
    }
  }
  await gather(times(SIDE_BY_SIDE, () => createTask(startSome)));
}

async function measure({ workload, n, warmUp }: Sample<ChildWorkload>): Promise<void> {
  await startAll(childOf(workload), warmUp);
  const meter = new Meter();
  meter.start();
  await startAll(childOf(workload), n);
  meter.stop();
  meter.print();
}

if (whyUnavailable === undefined) await run(() => measure(sampleOf<ChildWorkload>()));
else printUnavailable(whyUnavailable);
