// generator only: an async function started eagerly is not done when createTask returns, even if its body has ended
import { createTask, eagerTaskFactory, getRunningLoop, run, taskGroup } from "tsyncio";

/** createTask with eagerStart chooses per task, also in a task group and against the factory. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(name: string) {
    emit(name, "starts");
  }

  function* program() {
    const loop = getRunningLoop();
    const a = createTask(() => job("eager"), { eagerStart: true });
    emit("created; done:", a.done());
    const b = createTask(() => job("lazy"), { eagerStart: false });
    emit("created; done:", b.done());
    yield* b;
    yield* taskGroup(function* (group) {
      const c = group.createTask(() => job("eager in group"), { eagerStart: true });
      emit("created; done:", c.done());
    });
    loop.setTaskFactory(eagerTaskFactory);
    const d = createTask(() => job("lazy despite the factory"), { eagerStart: false });
    emit("created; done:", d.done());
    yield* d;
  }

  await run(program);
}
