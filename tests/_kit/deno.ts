import type { Register } from "./mod.ts";

/** Registers a case with `deno test`. Its sanitizers are off unless asked for. */
export const register: Register = (name, body, options) => {
  const sanitize = options.sanitize ?? true;
  Deno.test({
    name: typeof options.skip === "string" ? `${name} (skipped: ${options.skip})` : name,
    fn: body,
    ignore: options.skip !== undefined && options.skip !== false,
    only: options.only ?? false,
    sanitizeOps: sanitize,
    sanitizeResources: sanitize,
  });
};
