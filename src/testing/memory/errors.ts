/**
 * The errors of an in-memory network: those that a system would give.
 *
 * @module
 */
import { toOSError } from "../../adapters/shared/error_map.ts";
import type { OSError } from "../../errors.ts";
import type { Endpoint } from "../../runtime/net_driver.ts";

/** What it says where one is in the place of the host. */
const SYSCALL_OF_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect",
  ECONNRESET: "read",
  EADDRINUSE: "bind",
  ENOTFOUND: "getaddrinfo",
  ENOENT: "connect",
};

/** The error of src/errors.ts for a code of the system. `action` completes the sentence "Cannot …". */
export function memoryError(code: string, action: string, place: Partial<Endpoint> & { readonly host?: string }): OSError {
  const { host, port, path } = place as { readonly host?: string; readonly port?: number; readonly path?: string };
  const syscall = SYSCALL_OF_CODE[code] ?? "send";
  const told = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
  return toOSError(told, action, {
    ...(host === undefined ? {} : { address: host }),
    ...(port === undefined ? {} : { port }),
    ...(path === undefined ? {} : { path }),
  });
}
