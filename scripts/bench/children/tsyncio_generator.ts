/** Children on tsyncio with generators: `tsyncio_generator.ts WORKLOAD N WARM_UP`. */

import { type CoroutineGenerator, createTask, gather, run } from "../../../mod.ts";
import { Meter, printUnavailable, type Sample, sampleOf, times } from "../sample.ts";
import type { ChildWorkload } from "../workloads.ts";
import { checkEnded, type Child, childOf, SIDE_BY_SIDE } from "./children.ts";
import { startChild, textOf, whyUnavailable } from "./library.ts";

function* startAll(child: Child, n: number): CoroutineGenerator<void> {
  let left = n;
  function* startSome(): CoroutineGenerator<void> {
    while (left-- > 0) {
      const started = yield* startChild(child);
      const [output] = yield* started.communicate();
      checkEnded(child, { code: started.returncode, output: textOf(output) });
    }
  }
  yield* gather(times(SIDE_BY_SIDE, () => createTask(startSome())));
}

function* measure({ workload, n, warmUp }: Sample<ChildWorkload>): CoroutineGenerator<void> {
  yield* startAll(childOf(workload), warmUp);
  const meter = new Meter();
  meter.start();
  yield* startAll(childOf(workload), n);
  meter.stop();
  meter.print();
}

if (whyUnavailable === undefined) await run(measure(sampleOf<ChildWorkload>()));
else printUnavailable(whyUnavailable);
