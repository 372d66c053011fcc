import { test } from "node:test";
import type { Register } from "./mod.ts";

/** Registers a case with `node --test`. */
export const register: Register = (name, body, options) => {
  test(name, { skip: options.skip ?? false, only: options.only ?? false }, () => body());
};
