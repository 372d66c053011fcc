import { test } from "node:test";
import type { Register } from "./mod.ts";

/** Registers a case with `node --test`. */
export const register: Register = (name, body, options) => {
  // Outside of `node --test` a file of which a case says `only`, be it false, runs those alone.
  test(name, { skip: options.skip ?? false, ...(options.only ? { only: true } : {}) }, () => body());
};
