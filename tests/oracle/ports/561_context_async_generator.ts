import { asyncgen, ContextVar, run } from "tsyncio";

const variable = new ContextVar("var", { default: "start" });

/** An async generator runs in the context of the one who asks it for an item. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const numbers = asyncgen(async function* () {
    variable.set("set in generator");
    yield 1;
    emit("generator sees", variable.get());
    yield 2;
  });

  function* program() {
    const items = numbers();
    emit((yield* items.next()).value, "consumer sees", variable.get());
    variable.set("set by consumer");
    emit((yield* items.next()).value);
    yield* items.return(undefined);
  }

  await run(() => program());
}
