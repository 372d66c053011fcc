import { getRunningLoop, run, Runner } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* show(label: string) {
    const loop = getRunningLoop();
    emit(label, loop.getDebug());
    loop.setDebug(!loop.getDebug());
    emit("switched", loop.getDebug());
  }

  await run(() => show("default"));
  await run(() => show("debug=True"), { debug: true });
  const runner = new Runner({ debug: false });
  await runner.run(() => show("Runner debug=False"));
  await runner.run(() => show("same runner, second run"));
  await runner.close();
}
