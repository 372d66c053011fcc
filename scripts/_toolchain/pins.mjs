/**
 * What the gate needs beside Node and npm, pinned. Each tool names the npm packages that carry its executable for one
 * platform, in the order in which they are tried; none of them needs its install script.
 */

/**
 * @typedef {object} Candidate
 * @property {string} package name of the npm package
 * @property {string} version exact version
 * @property {string} file path of the executable inside the package
 */

/**
 * @typedef {object} Tool
 * @property {string} name as it is linked in .toolchain/bin
 * @property {string} version the pinned version
 * @property {readonly Candidate[]} candidates empty where nothing is published for this platform
 */

const DENO = "2.9.6";
const BUN = "1.4.5";
const TYPESCRIPT = "7.0.2";
const NODE = { node20: "20.20.2", node22: "22.23.3", node24: "24.21.0", node26: "26.10.0" };

/** Node versions that were not published for a platform: the newest of the same major that was, or null. */
/** @type {Record<string, Record<string, string | null>>} */
const NODE_INSTEAD = {
  "darwin-arm64": { node20: "20.18.1", node22: "22.23.2", node24: "24.0.0" },
  "darwin-x64": { node24: "24.18.1" },
  "win-arm64": { node22: "22.23.2", node24: null, node26: "26.7.0" },
};

/**
 * The tools for one platform.
 *
 * @param {string} os as `process.platform` spells it
 * @param {string} arch as `process.arch` spells it
 * @returns {readonly Tool[]}
 */
export function toolsFor(os, arch) {
  const nodes = Object.entries(NODE).map(([name, version]) => node(name, version, os, arch));
  return [deno(os, arch), bun(os, arch), ...nodes, typescript(os, arch)];
}

/**
 * @param {string} os
 * @param {string} arch
 * @returns {Tool}
 */
function deno(os, arch) {
  const known = ["linux", "darwin", "win32"].includes(os) && ["x64", "arm64"].includes(arch);
  const name = `@deno/${os}-${arch}${os === "linux" ? "-glibc" : ""}`;
  return tool("deno", DENO, known ? [{ package: name, version: DENO, file: exe("deno", os) }] : []);
}

/**
 * @param {string} os
 * @param {string} arch
 * @returns {Tool}
 */
function bun(os, arch) {
  const system = { linux: "linux", darwin: "darwin", win32: "windows", freebsd: "freebsd" }[os];
  const processor = { x64: "x64", arm64: "aarch64" }[arch];
  if (system === undefined || processor === undefined) return tool("bun", BUN, []);
  // "baseline" is for x64 processors without AVX2, "musl" for Linux without glibc.
  const libraries = system === "linux" ? ["", "-musl"] : [""];
  const levels = processor === "x64" ? ["", "-baseline"] : [""];
  const variants = libraries.flatMap((library) => levels.map((level) => library + level));
  return tool(
    "bun",
    BUN,
    variants.map((variant) => ({
      package: `@oven/bun-${system}-${processor}${variant}`,
      version: BUN,
      file: exe("bin/bun", os),
    })),
  );
}

/**
 * @param {string} name
 * @param {string} version
 * @param {string} os
 * @param {string} arch
 * @returns {Tool}
 */
function node(name, version, os, arch) {
  const platform = `${os === "win32" ? "win" : os}-${arch}`;
  const instead = NODE_INSTEAD[platform]?.[name];
  const known = /^(linux|darwin|win)-(x64|arm64)$/.test(platform) && instead !== null;
  const published = instead ?? version;
  const family = platform === "darwin-arm64" ? "node-bin" : "node";
  return tool(name, published, known ? [{ package: `${family}-${platform}`, version: published, file: exe("bin/node", os) }] : []);
}

/**
 * Its executable lies in a package of its own; the library files of both are needed.
 *
 * @param {string} os
 * @param {string} arch
 * @returns {Tool}
 */
function typescript(os, arch) {
  const file = exe(`../@typescript/typescript-${os}-${arch}/lib/tsc`, os);
  return tool("tsc", TYPESCRIPT, [{ package: "typescript", version: TYPESCRIPT, file }]);
}

/**
 * @param {string} name
 * @param {string} version
 * @param {readonly Candidate[]} candidates
 * @returns {Tool}
 */
function tool(name, version, candidates) {
  return { name, version, candidates };
}

/**
 * @param {string} file
 * @param {string} os
 */
function exe(file, os) {
  return os === "win32" ? `${file}.exe` : file;
}
