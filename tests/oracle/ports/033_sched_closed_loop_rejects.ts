import { newEventLoop, RuntimeError } from "tsyncio";

/** A closed loop takes no work; closing it again does nothing. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const loop = newEventLoop();
  loop.close();
  loop.close();

  async function attempt(name: string, thunk: () => unknown): Promise<void> {
    try {
      await thunk();
      emit(`${name}: allowed`);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit(`${name}: ${error.message}`);
    }
  }

  await attempt("call_soon", () => loop.callSoon(() => {}));
  await attempt("call_later", () => loop.callLater(1000, () => {}));
  await attempt("run_forever", () => loop.runForever());
  await attempt("create_future", () => {
    loop.createFuture();
  });
}
