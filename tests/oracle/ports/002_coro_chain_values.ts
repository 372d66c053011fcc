import { run } from "tsyncio";

/** Arguments go inward and results come outward through a chain of coroutines. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* wash(item: string) {
    emit(`wash ${item}`);
    return `clean ${item}`;
  }

  function* dry(item: string) {
    emit(`dry ${item}`);
    return `dry ${item}`;
  }

  function* launder(item: string) {
    const washed = yield* wash(item);
    const dried = yield* dry(washed);
    return [washed, dried] as const;
  }

  function* program() {
    const [a, b] = yield* launder("sock");
    emit(`${a} / ${b}`);
  }

  await run(() => program());
}
