/** Listens on the port given as its argument, with the smallest backlog, and never accepts: its thread sleeps till it is killed. */

import { writeSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";

createServer().listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 1 }, () => {
  writeSync(1, "deaf\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
