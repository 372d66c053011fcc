import { Context, ContextVar, Runner } from "tsyncio";

const variable = new ContextVar("var", { default: "unset" });

/** A context given to one run serves that run only. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(value: string) {
    emit("sees", variable.get());
    variable.set(value);
  }

  const given = new Context();
  given.run((value) => variable.set(value), "given");
  const runner = new Runner();
  await runner.run(() => job("a"), { context: given });
  await runner.run(() => job("b"));
  await runner.run(() => job("c"));
  await runner.close();
  emit("given now:", given.get(variable));
}
