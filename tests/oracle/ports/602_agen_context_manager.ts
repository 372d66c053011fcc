import { type Asyncgen, asyncgen, type Body, OSError, run, sleep } from "tsyncio";

class LookupError extends Error {}
class KeyError extends LookupError {}

/** A context manager written as an async generator: enter, body, exit; errors pass through the yield. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const resource = asyncgen(async function* (name: string) {
    await sleep(0);
    emit("open", name);
    try {
      yield name.toUpperCase();
    } catch (error) {
      if (!(error instanceof LookupError)) throw error;
      emit("swallowed", error.constructor);
    } finally {
      await sleep(0);
      emit("close", name);
    }
  });

  const numbers = asyncgen(async function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      emit("numbers closed");
    }
  });

  function* within(manager: Asyncgen<string>, body: (value: string) => Body<void>) {
    const value = (yield* manager.next()).value as string;
    try {
      yield* body(value) as Generator<undefined, void>;
    } catch (error) {
      yield* manager.throw(error);
      return;
    }
    yield* manager.next();
  }

  function* program() {
    yield* within(resource("a"), function* (value) {
      emit("body", value);
    });
    yield* within(resource("b"), function* () {
      throw new KeyError("b");
    });
    try {
      yield* within(resource("c"), function* () {
        throw new OSError("c");
      });
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      emit("came out:", error);
    }
    const gen = numbers();
    try {
      for (let step = yield* gen.next(); !step.done; step = yield* gen.next()) {
        emit("got", step.value);
        break;
      }
    } finally {
      yield* gen.return();
    }
    emit("end");
  }

  await run(program);
}
