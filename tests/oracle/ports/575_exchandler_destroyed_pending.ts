import { newEventLoop, sleep } from "tsyncio";

/**
 * A task that can never end is reported when it is discarded.
 *
 * Running tasks are held strongly here: this one is discarded when its loop is closed, and not before.
 */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const loop = newEventLoop();
  loop.setExceptionHandler((_loop, context) =>
    emit(context.message, "task given:", "task" in context, "exception given:", "exception" in context)
  );

  function* forlorn() {
    yield* loop.createFuture();
  }

  function* program() {
    loop.createTask(() => forlorn());
    yield* sleep(0);
    emit("task waits");
  }

  await loop.runUntilComplete(() => program());
  loop.close();
  emit("collected");
}
