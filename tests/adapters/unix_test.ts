import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import { nodeUnix } from "../../src/adapters/shared/node_unix.ts";
import { runtimeName } from "../_kit/mod.ts";
import { checkUnix } from "../conformance/check_unix.ts";

checkUnix(`${runtimeName}'s own unix sockets`, () => defaultRuntime().unix!);

if (runtimeName === "deno") checkUnix("unix sockets by node:net on Deno", () => nodeUnix()!);
