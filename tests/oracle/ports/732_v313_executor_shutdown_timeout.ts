// own process: it listens to console.warn, where Python's warnings go here
import { getRunningLoop, moduleFunctions, run } from "tsyncio";
import { emitWith } from "./732_v313_executor_shutdown_timeout_work.ts";

const { job } = moduleFunctions<typeof import("./732_v313_executor_shutdown_timeout_work.ts")>(
  new URL("./732_v313_executor_shutdown_timeout_work.ts", import.meta.url),
);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    const loop = getRunningLoop();
    loop.runInExecutor(null, job);
    const seen: string[] = [];
    const { warn } = console;
    console.warn = (text: string) => seen.push(text);
    try {
      yield* loop.shutdownDefaultExecutor(30);
    } finally {
      console.warn = warn;
    }
    emit("gave up:", seen.map((text) => text.split(":")[0]));
  }
  emitWith(emit);
  await run(() => body());
}
