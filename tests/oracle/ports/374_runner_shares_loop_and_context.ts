import { ContextVar, getRunningLoop, Runner } from "tsyncio";

const variable = new ContextVar("var", { default: "unset" });

/** A runner keeps its loop and its context from run to run. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* setter() {
    variable.set("set in the first run");
    return getRunningLoop();
  }

  function* getter() {
    emit("second run sees:", variable.get());
    return getRunningLoop();
  }

  const runner = new Runner();
  const a = await runner.run(() => setter());
  const b = await runner.run(() => getter());
  emit("same loop:", a === b, a === runner.getLoop());
  emit("outside:", variable.get());
  await runner.close();
  emit("closed:", a.isClosed());
}
