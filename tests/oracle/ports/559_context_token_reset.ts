import { ContextVar, createTask, run, RuntimeError, type Token } from "tsyncio";

const variable = new ContextVar("var", { default: "default" });

/** A token undoes one change, once, in the context where it was made. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* foreign(token: Token<string>) {
    try {
      variable.reset(token);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("other context:", RangeError);
    }
  }

  function* program() {
    const token = variable.set("temporary");
    emit(variable.get());
    yield* createTask(() => foreign(token));
    variable.reset(token);
    emit(variable.get());
    try {
      variable.reset(token);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("used token:", RuntimeError);
    }
  }

  await run(() => program());
}
