import { runStrict, runVirtual } from "../../src/testing/mod.ts";
import { describe, runtimeName } from "../_kit/mod.ts";
import { checkProcesses } from "../conformance/check_processes.ts";
import { GAPS } from "../conformance/host_gaps.ts";

describe(runtimeName, () => checkProcesses(GAPS[runtimeName], (main) => runStrict(main)));
describe("memory", () => checkProcesses(GAPS.memory, (main) => runVirtual(main, { strict: true })));
