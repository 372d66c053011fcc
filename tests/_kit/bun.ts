import type { Register } from "./mod.ts";

type BunTest = (name: string, body: () => Promise<void>, timeout: number) => void;

// A variable, so that the other runtimes and the type check do not look for a module that only Bun has.
const specifier = "bun:test";
const { test }: { test: BunTest & { readonly skip: BunTest; readonly only: BunTest } } = await import(specifier);

/** Registers a case with `bun test`, whose own limit of 5 s is put behind the kit's. */
export const register: Register = (name, body, options) => {
  const skipped = options.skip !== undefined && options.skip !== false;
  const put = skipped ? test.skip : options.only === true ? test.only : test;
  put(typeof options.skip === "string" ? `${name} (skipped: ${options.skip})` : name, body, options.limit + 1000);
};
