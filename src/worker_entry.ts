/**
 * What the workers of executors run. Not to be imported by programs.
 *
 * @module
 */
import { defaultRuntime } from "./adapters/default_runtime.ts";
import { serveJobs } from "./executors/worker_side.ts";
import "./event_loop.ts"; // the loop of jobs that wait

serveJobs(defaultRuntime().workers!);
