/**
 * Functions that can be called in another thread: exported ones, named by the URL of their module.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import type { WorkerDriver } from "../runtime/worker_driver.ts";

/** An exported function of a module that workers import by its URL. */
export interface ModuleFunction<A extends unknown[], R> {
  /** Its type; nothing is there when it runs. */
  readonly signature?: (...args: A) => R;
  /** The module's URL. */
  readonly url: string;
  /** The name of the export. */
  readonly name: string;
}

/** The exported functions of a module. What a coroutine function gives is what it gives in the end. */
export type ModuleFunctions<M> = {
  readonly [
    // deno-lint-ignore no-explicit-any -- functions of any type
    K in keyof M as M[K] extends (...args: any[]) => any ? K : never
  ]: M[K] extends (...args: infer A) => infer R ? ModuleFunction<A, Awaited<R>>
    : never;
};

/** What a ModuleFunction is when it runs. */
class Reference {
  readonly url: string;
  readonly name: string;

  constructor(url: string, name: string) {
    this.url = url;
    this.name = name;
    Object.freeze(this);
  }
}

/**
 * The exported functions of the module at `url`, for executors. The module is not loaded here; a name that it does not export fails the job.
 *
 *     const work = moduleFunctions<typeof import("./work.ts")>(new URL("./work.ts", import.meta.url));
 *     await toThread(work.sum, [1, 2, 3]);
 *
 * @throws TypeError unless `url` is an absolute URL.
 */
export function moduleFunctions<M>(url: string | URL): ModuleFunctions<M> {
  const href = absolute(url);
  const known = new Map<string, Reference>();
  return new Proxy({}, {
    get(_target, name) {
      if (typeof name !== "string") return undefined;
      let reference = known.get(name);
      if (reference === undefined) known.set(name, reference = new Reference(href, name));
      return reference;
    },
  }) as ModuleFunctions<M>;
}

function absolute(url: unknown): string {
  if (url instanceof URL) return url.href;
  if (typeof url !== "string") throw new TypeError(`Cannot name the functions of a module: a URL was expected, got ${typeName(url)}`);
  try {
    return new URL(url).href;
  } catch {
    throw new TypeError(
      `Cannot name the functions of a module: "${url}" is no absolute URL; use new URL(${JSON.stringify(url)}, import.meta.url)`,
    );
  }
}

/** @throws TypeError for anything but what `moduleFunctions` gives, with the way to it. */
export function checkModuleFunction(fn: unknown, action: string): asserts fn is ModuleFunction<unknown[], unknown> {
  if (fn instanceof Reference) return;
  if (typeof fn !== "function") throw new TypeError(`Cannot ${action}: a function of moduleFunctions() was expected, got ${typeName(fn)}`);
  throw new TypeError(
    `Cannot ${action}: a function cannot leave its thread. Export it from a module, and pass ` +
      `moduleFunctions<typeof import("./work.ts")>(new URL("./work.ts", import.meta.url)).${fn.name || "name"}`,
  );
}

/** The exported function itself. @throws TypeError when the module has none of that name. */
export async function loadFunction({ load }: WorkerDriver, url: string, name: string): Promise<(...args: unknown[]) => unknown> {
  const fn = (await load(url))[name];
  if (typeof fn !== "function") throw new TypeError(`Cannot call ${name}: ${url} exports no function of this name`);
  return fn as (...args: unknown[]) => unknown;
}
