// The entry without input and output: alone, and beside the whole package, with which it shares its kernel.
import { CancelledError, Future, run, sleep, taskGroup, timeout } from "tsyncio/core";

function* fails() {
  yield* sleep(1);
  throw new RangeError("bad");
}

const alone = await run(async () => {
  const results = [];
  try {
    await taskGroup(async (group) => {
      group.createTask(() => sleep(60_000));
      group.createTask(fails());
    });
  } catch (error) {
    results.push(...error.errors.map(String));
  }
  await timeout(1, () => sleep(60_000)).catch((error) => results.push(error.name));
  return results;
});

const whole = await import("tsyncio");
const together = await whole.run(() =>
  sleep(1, whole.Future === Future && whole.CancelledError === CancelledError && whole.sleep === sleep)
);
console.log(JSON.stringify({ alone, together }));
