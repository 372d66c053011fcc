import { type EventLoop, getRunningLoop, newEventLoop, run } from "tsyncio";

/** `run` uses the loop that `loopFactory` makes, and closes it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const made: EventLoop[] = [];

  function factory(): EventLoop {
    const loop = newEventLoop();
    made.push(loop);
    return loop;
  }

  function* program() {
    emit("prepared loop runs:", getRunningLoop() === made[0]);
    return "value";
  }

  emit(await run(() => program(), { loopFactory: factory }));
  emit("made", made.length, "closed:", made[0]?.isClosed());
}
