/**
 * The files of sockets, by node:fs.
 *
 * @module
 */
import type { PathEntry } from "../../runtime/unix_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin, hostGlobals } from "./host.ts";
import type { NodeFsModule } from "./node_modules.ts";

/** The field `sun_path` of the system's addresses, without the NUL at its end. */
export function longestSocketPath(): number {
  return hostGlobals().process?.platform === "linux" ? 107 : 103;
}

/** Whether the path is a name apart from the file system. */
export function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

/** The folder of a path, as text to put a name behind. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** `UnixDriver.look`. */
export function look(path: string): PathEntry | null {
  try {
    const stats = fs().lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? null : { isSocket: stats.isSocket(), identity: `${stats.dev}:${stats.ino}` };
  } catch (error) {
    throw toOSError(error, "look at the file of a socket", { path });
  }
}

/** `UnixDriver.remove`. */
export function remove(path: string): void {
  try {
    fs().unlinkSync(path);
  } catch (error) {
    throw toOSError(error, "remove the file of a socket", { path });
  }
}

/** Characters that no system minds in names. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const NAME_LENGTH = 12;
/** A long folder leaves room for few names, which may all be taken; then the system tells. */
const TRIES = 1000;

/**
 * A free path beside `path`, which the system takes if it takes that one.
 *
 * Hosts remove whatever is at the path that they listen at when they stop, a file of somebody else's too. So they listen at a path that nobody
 * else uses, and `publish` gives the socket the name that was asked for.
 *
 * @throws the host's error when the folder is not to be had.
 */
export function temporaryPath(path: string): string {
  const folder = folderOf(path);
  fs().statSync(folder === "" ? "." : folder); // Node calls a folder that is missing a permission that is
  const room = longestSocketPath() - new TextEncoder().encode(folder).length;
  const length = Math.max(1, Math.min(NAME_LENGTH, room));
  let found = folder + randomName(length);
  for (let tries = 1; tries < TRIES && (found === path || look(found) !== null); tries++) found = folder + randomName(length);
  return found;
}

/** Hidden, where there is room for that. */
function randomName(length: number): string {
  const letters = Array.from({ length }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join("");
  return length > 4 ? `.${letters.slice(1)}` : letters;
}

/**
 * Moves the socket at the temporary path to the path that was asked for, where it is seen from now on, with its mode.
 *
 * @throws an error with EADDRINUSE as its code when something is there; the host's error for what else goes wrong. The temporary path is free in any
 * case.
 */
export function publish(temporary: string, path: string, mode: number | undefined): void {
  try {
    if (mode !== undefined) fs().chmodSync(temporary, mode);
    move(temporary, path);
  } finally {
    if (look(temporary) !== null) fs().unlinkSync(temporary);
  }
}

/** By a link, since renaming would replace what is there. */
function move(from: string, to: string): void {
  try {
    return fs().linkSync(from, to);
  } catch (error) {
    if (look(to) !== null) throw Object.assign(new Error("something is at the path", { cause: error }), { code: "EADDRINUSE" });
    if (!NO_LINKS.has((error as { readonly code?: string }).code ?? "")) throw error;
  }
  fs().renameSync(from, to);
}

/** What file systems without links say. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function fs(): NodeFsModule {
  return getBuiltin<NodeFsModule>("node:fs");
}
