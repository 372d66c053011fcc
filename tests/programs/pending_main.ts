// A main that waits for something that never comes keeps the process alive, though nothing else would.
import process from "node:process";
import { Future, run } from "../../mod.ts";

const colour = process.argv[2];
setTimeout(() => {
  console.log("still alive");
  process.exit(7);
}, 100).unref();
if (colour === "generator") {
  await run(function* () {
    yield* new Future();
  });
} else {
  await run(async () => {
    await (colour === "foreign" ? new Promise(() => {}) : new Future());
  });
}
