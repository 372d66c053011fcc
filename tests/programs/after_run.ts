// After run() SIGINT has the host's default effect again.
import { run, sleep } from "../../mod.ts";

await run(() => sleep(1));
console.log("waiting");
setTimeout(() => console.log("not interrupted"), 10_000);
