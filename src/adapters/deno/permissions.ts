/**
 * Deno's permissions, asked for at the call.
 *
 * @module
 */
import { toOSError } from "../shared/error_map.ts";
import { folderOf, isAbstract } from "../shared/unix_files.ts";
import { denoNamespace, type DenoPermission } from "./deno_namespace.ts";

/**
 * Where a terminal is there to answer, a permission that is neither given nor denied is asked for, as Deno does by itself.
 *
 * @throws PermissionError unless the program may reach `host` (any host without one) and `port`.
 */
export function checkNetPermission(action: string, host?: string, port?: number): void {
  if (host === undefined) return check(action, { name: "net" });
  check(action, { name: "net", host: `${host.includes(":") ? `[${host}]` : host}:${port}` });
}

/** The same for reading a file. @throws PermissionError unless the program may. */
export function checkReadPermission(action: string, path: string): void {
  check(action, { name: "read", path });
}

/** The same for a socket of the file system, or one with an abstract name. @throws PermissionError unless the program may connect to it. */
export function checkUnixPermission(action: string, path: string): void {
  if (!isAbstract(path)) checkFile(action, path);
  check(action, path.startsWith("/") ? { name: "net", host: `unix:${path}` } : { name: "net" }); // Deno takes no other in lists
}

/** The same for listening, by way of another path in the folder: the folder has to be allowed, and what net access is given for. */
export function checkUnixListenPermission(action: string, path: string): void {
  if (isAbstract(path)) return checkUnixPermission(action, path);
  checkFile(action, folderOf(path) || ".");
  check(action, { name: "net" });
}

function checkFile(action: string, path: string): void {
  check(action, { name: "read", path });
  check(action, { name: "write", path });
}

/** The same for starting `program`. @throws PermissionError unless the program may start it. */
export function checkRunPermission(action: string, program: string): void {
  check(action, { name: "run", command: program });
}

/** The same for a file. @throws PermissionError unless the program may open it. */
export function checkFilePermission(access: "read" | "write", path: string): void {
  check(`${access === "read" ? "read from" : "write to"} ${path}`, { name: access, path });
}

/** Whether a permission was given; nobody is asked. */
export function isGranted(permission: DenoPermission): boolean {
  return denoNamespace().permissions.querySync(permission).state === "granted";
}

function check(action: string, permission: DenoPermission): void {
  const { permissions, errors } = denoNamespace();
  let { state } = permissions.querySync(permission);
  if (state === "prompt") state = permissions.requestSync(permission).state;
  if (state === "granted") return;
  const { name } = permission;
  const object = objectOf(permission);
  const wanted = object === undefined ? `${name} access` : `${name} access to "${object}"`;
  throw toOSError(new errors.NotCapable(`Requires ${wanted}, run again with the --allow-${name} flag`), action);
}

function objectOf(permission: DenoPermission): string | undefined {
  if (permission.name === "net") return permission.host;
  if (permission.name === "run") return permission.command;
  return permission.name === "env" ? permission.variable : permission.path;
}
