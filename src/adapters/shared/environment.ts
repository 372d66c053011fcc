/**
 * What the environment of the process asks of the library.
 *
 * @module
 */
import { hostGlobals } from "./host.ts";

const VARIABLE = "TSYNCIO_DEBUG";

interface Permissions {
  readonly permissions: { querySync(descriptor: { readonly name: "env"; readonly variable: string }): { readonly state: string } };
}

/** Whether debug mode is asked for: TSYNCIO_DEBUG is set, and neither empty nor 0. On Deno it is read only where that is granted, so that nothing prompts. */
export function debugRequested(): boolean {
  const { Deno, process } = hostGlobals();
  if (Deno !== undefined && (Deno as Permissions).permissions.querySync({ name: "env", variable: VARIABLE }).state !== "granted") {
    return false;
  }
  const { env } = process as { readonly env?: { readonly [name: string]: string | undefined } };
  const value = env?.[VARIABLE];
  return value !== undefined && value !== "" && value !== "0";
}
