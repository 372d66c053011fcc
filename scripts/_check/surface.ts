/** What an entry point exports, types included: as `deno doc` describes it. */

import { listFiles } from "./files.ts";
import { succeed } from "./run.ts";
import { executable } from "../_runtimes.ts";

/** The members of a class or an interface that have a plain name. */
export interface Members {
  readonly names: ReadonlySet<string>;
  /** Classes and interfaces whose members it has too. */
  readonly bases: readonly string[];
}

/** What one entry point shows. */
export interface Surface {
  readonly exports: ReadonlySet<string>;
  /** Of every class and interface of the library, exported or not, by name. */
  readonly members: ReadonlyMap<string, Members>;
}

interface Named {
  readonly name: string;
}

interface TypeReference {
  readonly value?: { readonly typeName?: string };
}

interface Declaration {
  readonly kind: string;
  readonly def?: {
    readonly methods?: readonly Named[];
    readonly properties?: readonly Named[];
    readonly extends?: string | readonly TypeReference[];
  };
}

interface Documentation {
  readonly nodes: Readonly<
    Record<string, { readonly symbols?: readonly { readonly name: string; readonly declarations: readonly Declaration[] }[] }>
  >;
}

/** Asks `deno doc` about an entry point and all sources. */
export async function surfaceOf(entry: string): Promise<Surface> {
  const files = [entry, ...await listFiles(["src"])];
  const { nodes } = JSON.parse(await succeed([executable("deno"), "doc", "--json", ...files])) as Documentation;
  const symbolsOf = (file: string) => nodes[file]?.symbols ?? [];
  const entryFile = Object.keys(nodes).find((file) => file.endsWith(`/${entry}`)) ?? entry;
  const members = new Map<string, Members>();
  for (const file of Object.keys(nodes)) {
    for (const { name, declarations } of symbolsOf(file)) {
      for (const declaration of declarations) addMembers(members, name, declaration);
    }
  }
  return { exports: new Set(symbolsOf(entryFile).map(({ name }) => name)), members };
}

function addMembers(members: Map<string, Members>, name: string, { kind, def }: Declaration): void {
  if (kind !== "class" && kind !== "interface") return;
  const names = [...def?.methods ?? [], ...def?.properties ?? []].map((member) => member.name);
  const bases = typeof def?.extends === "string" ? [def.extends] : (def?.extends ?? []).flatMap(({ value }) => value?.typeName ?? []);
  members.set(name, { names: new Set(names.filter((name) => /^[a-z]/i.test(name))), bases });
}
