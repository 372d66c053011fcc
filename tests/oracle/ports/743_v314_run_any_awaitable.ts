import { Runner } from "tsyncio";

class Thing {
  *[Symbol.iterator](): Generator<undefined, string> {
    yield;
    return "thing";
  }
}

/** A runner runs whatever can be driven, and refuses the rest. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const runner = new Runner();
  emit(await runner.run(new Thing()));
  try {
    await runner.run(5 as never);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    emit("number:", error.constructor);
  }
  await runner.close();
}
