// A failure that nobody looked at is reported when its future is collected, if that comes before the loop's end.
import { Future, run, sleep } from "../../mod.ts";

const collect = await collector();

await run(async () => {
  let reported = false;
  const loop = new Future().getLoop() as unknown as {
    setExceptionHandler(handler: (loop: unknown, context: { message: string; exception?: unknown }) => void): void;
  };
  loop.setExceptionHandler((_loop, { message, exception }) => {
    reported = true;
    console.log(`${message}: ${exception}`);
  });
  lose();
  for (let i = 0; !reported && i < 500; i++) {
    await sleep(1);
    collect();
  }
  console.log(reported ? "before the end" : "not yet");
});
console.log("end");

function lose(): void {
  new Future().setException(new Error("lost"));
}

async function collector(): Promise<() => void> {
  const { Bun, gc } = globalThis as { Bun?: { gc(force: boolean): void }; gc?: () => void };
  if (Bun !== undefined) return () => Bun.gc(true);
  if (gc !== undefined) return gc;
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
