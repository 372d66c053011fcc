/** What a module imports and re-exports, read from its tokens. */

import { closing, type Token } from "./tokens.ts";

/** One import, re-export or dynamic import. */
export interface Import {
  /** The module's name as written, without quotes; null where a dynamic import computes it. */
  readonly specifier: string | null;
  readonly kind: "import" | "export" | "dynamic";
  /** `import type` or `export type`: nothing is left of it at run time. */
  readonly typeOnly: boolean;
  /** `export *`. */
  readonly star: boolean;
  readonly line: number;
  /** Offset of the quoted name. */
  readonly start: number;
}

/** All of them, in the order of the text. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  let depth = 0;
  tokens.forEach((token, at) => {
    depth += depthChange(token);
    if (token.kind !== "word" || isMember(tokens, at)) return;
    if (token.text === "import" && tokens[at + 1]?.text === "(") found.push(dynamic(tokens, at));
    else if (depth === 0 && token.text === "import") found.push(...named(tokens, at, "import"));
    else if (depth === 0 && token.text === "export") found.push(...named(tokens, at, "export"));
  });
  return found;
}

function depthChange({ kind, text }: Token): number {
  if (kind === "template") return Number(text.endsWith("${")) - Number(text.startsWith("}"));
  if (kind !== "sign") return 0;
  return Number("([{".includes(text)) - Number(")]}".includes(text));
}

function isMember(tokens: readonly Token[], at: number): boolean {
  const previous = tokens[at - 1]?.text;
  return previous === "." || previous === "?.";
}

function dynamic(tokens: readonly Token[], at: number): Import {
  const argument = tokens[at + 2] as Token;
  const specifier = argument.kind === "string" ? argument.text.slice(1, -1) : null;
  return { specifier, kind: "dynamic", typeOnly: false, star: false, line: argument.line, start: argument.start };
}

/** The statement that begins at `at`, if it names a module: `import "x"`, or clauses, `from` and the name. */
function named(tokens: readonly Token[], at: number, kind: "import" | "export"): Import[] {
  let next = at + 1;
  const typeOnly = tokens[next]?.text === "type" && !["from", ","].includes(tokens[next + 1]?.text ?? "");
  if (typeOnly) next++;
  const star = kind === "export" && tokens[next]?.text === "*";
  // Any other export is a declaration.
  if (kind === "export" && !star && tokens[next]?.text !== "{") return [];
  while (tokens[next]?.kind !== "string") {
    if (next >= tokens.length || tokens[next]?.text === ";") return [];
    next = tokens[next]?.text === "{" ? closing(tokens, next) + 1 : next + 1;
    if (tokens[next - 1]?.text === "}" && tokens[next]?.text !== "from") return [];
  }
  const { text, line, start } = tokens[next] as Token;
  return [{ specifier: text.slice(1, -1), kind, typeOnly, star, line, start }];
}
