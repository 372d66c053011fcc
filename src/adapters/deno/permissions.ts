/**
 * Deno's permissions, asked for at the call.
 *
 * @module
 */
import { toOSError } from "../shared/error_map.ts";
import { denoNamespace, type NetPermission } from "./deno_namespace.ts";

/**
 * Where a terminal is there to answer, a permission that is neither given nor denied is asked for, as Deno does by itself.
 *
 * @throws PermissionError unless the program may reach `host` (any host without one) and `port`.
 */
export function checkNetPermission(action: string, host?: string, port?: number): void {
  const { permissions, errors } = denoNamespace();
  const place = host === undefined ? undefined : `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const permission: NetPermission = place === undefined ? { name: "net" } : { name: "net", host: place };
  let { state } = permissions.querySync(permission);
  if (state === "prompt") state = permissions.requestSync(permission).state;
  if (state === "granted") return;
  const wanted = place === undefined ? "net access" : `net access to "${place}"`;
  throw toOSError(new errors.NotCapable(`Requires ${wanted}, run again with the --allow-net flag`), action);
}
