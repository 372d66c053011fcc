import { type EventLoop, type ExceptionContext, getRunningLoop, run } from "tsyncio";

/** The exception handler can be set, asked for and removed. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function handler(_loop: EventLoop, context: ExceptionContext): void {
    emit("handler called:", context.message);
  }

  function* program() {
    const loop = getRunningLoop();
    emit("initially:", loop.getExceptionHandler() === null);
    loop.setExceptionHandler(handler);
    emit("set:", loop.getExceptionHandler() === handler);
    loop.callExceptionHandler({ message: "by hand" });
    loop.setExceptionHandler(null);
    emit("reset:", loop.getExceptionHandler() === null);
    try {
      loop.setExceptionHandler("not callable" as never);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      emit(error.constructor);
    }
  }

  await run(() => program());
}
