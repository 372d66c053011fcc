import { Context, ContextVar, getRunningLoop, run, sleep } from "tsyncio";

const variable = new ContextVar("var", { default: "unset" });

/** A done callback sees the context in which it was added, or the one that it was given. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const future = getRunningLoop().createFuture<void>();
    variable.set("registered");
    future.addDoneCallback(() => emit("default context:", variable.get()));
    const other = new Context();
    other.run((value) => variable.set(value), "explicit");
    future.addDoneCallback(() => emit("given context:", variable.get()), { context: other });
    variable.set("changed");
    future.setResult(undefined);
    yield* sleep(0);
    emit("main:", variable.get());
  }

  await run(() => program());
}
