import { createTask, getRunningLoop, run, sleep, StreamReader } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const reader = new StreamReader();
    emit("read(0) length:", (yield* reader.read(0)).length);
    loop.callLater(10, () => reader.feedData("abcdef"));
    emit("read(4):", yield* reader.read(4));
    emit("read(100):", yield* reader.read(100));
    const task = createTask(() => reader.read());
    for (const [i, data] of ["x", "y", "z"].entries()) loop.callLater(10 * (i + 1), () => reader.feedData(data));
    yield* sleep(50);
    emit("read() waits for the end:", !task.done());
    reader.feedEof();
    emit("read():", yield* task);
    emit("read(5) at the end length:", (yield* reader.read(5)).length);
  }
  await run(program);
}
