import { getRunningLoop, newEventLoop, run, RuntimeError } from "tsyncio";

/** A future of another loop cannot be awaited. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const foreignLoop = newEventLoop();
  const foreign = foreignLoop.createFuture();

  function* program() {
    emit("belongs here:", foreign.getLoop() === getRunningLoop());
    try {
      yield* foreign;
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("RuntimeError:", error.message.includes("attached to a different loop"));
    }
    emit("foreign done:", foreign.done());
  }

  await run(() => program());
  foreignLoop.close();
}
