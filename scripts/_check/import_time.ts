/** What a module does or keeps when it is imported: top-level statements that run, and state that can change. */

import { closing, opensBody, type Token } from "./tokens.ts";

/** One finding. */
export interface ImportTime {
  readonly line: number;
  /** The constant or static field, or the beginning of the statement: what exceptions are named by. */
  readonly name: string;
  readonly problem: string;
}

/** Calls without an effect, that make a value of the language. */
const HARMLESS = new Set(["Symbol", "Symbol.for", "Object.freeze", "BigInt", "String.raw", "Promise.resolve", "new Map", "new Set"]);

/** All of them, in the order of the text. */
export function importTimeOf(tokens: readonly Token[]): ImportTime[] {
  const found: ImportTime[] = [];
  for (let at = 0; at < tokens.length;) {
    const end = statementEnd(tokens, at);
    found.push(...inStatement(tokens.slice(at, end + 1), tokens));
    at = end + 1;
  }
  return found;
}

const BEFORE_DECLARATION = new Set(["export", "default", "async", "abstract"]);
const BLOCK_DECLARATIONS = new Set(["function", "class", "interface"]);

function declarationAt(tokens: readonly Token[], at: number): { word: string; at: number } {
  let next = at;
  while (BEFORE_DECLARATION.has(tokens[next]?.text ?? "")) next++;
  return { word: tokens[next]?.text ?? "", at: next };
}

/** The index of the last token of the statement that begins at `at`. */
function statementEnd(tokens: readonly Token[], at: number): number {
  const { word, at: start } = declarationAt(tokens, at);
  // A block ends these; overloads and `declare` end with a semicolon.
  const hasBlock = BLOCK_DECLARATIONS.has(word) || !["import", "export", "const", "let", "var", "type", "declare", "{", "*"].includes(word);
  for (let next = start; next < tokens.length; next++) {
    const { kind, text } = tokens[next] as Token;
    if (kind !== "sign") continue;
    if (text === ";") return next;
    if (text === "(" || text === "[") next = closing(tokens, next);
    if (text !== "{") continue;
    const end = closing(tokens, next);
    if (hasBlock && opensBody(tokens, next)) return end;
    next = end;
  }
  return tokens.length - 1;
}

function inStatement(statement: readonly Token[], all: readonly Token[]): ImportTime[] {
  const { word, at } = declarationAt(statement, 0);
  const line = statement[0]?.line ?? 1;
  const exported = statement[0]?.text === "export";
  switch (word) {
    case "import":
      if (statement[at + 1]?.text === "(" || statement[at + 1]?.text === ".") break;
      return [];
    case "function":
    case "interface":
    case "type":
    case "declare":
    case ";":
      return [];
    case "{":
    case "*":
      if (exported) return [];
      break;
    case "class":
      return inClass(statement);
    case "const":
      return inConstant(statement.slice(at + 1), all);
    case "let":
    case "var": {
      const name = statement[at + 1]?.text ?? "";
      return [{ line, name, problem: `${word} ${name} is module-level state that can change` }];
    }
  }
  const text = sentence(statement);
  return [{ line, name: text, problem: `a statement runs at import: ${text}` }];
}

/** The beginning of a statement: up to what it calls or fills. */
function sentence(tokens: readonly Token[]): string {
  const end = tokens.findIndex(({ text }, at) => at > 0 && ["(", "=", "{", ";"].includes(text));
  return tokens.slice(0, end < 0 ? 1 : end).map((token) => token.text).join("");
}

/** `tokens` begins with the constant's name. */
function inConstant(tokens: readonly Token[], all: readonly Token[]): ImportTime[] {
  const { line, text: name } = tokens[0] as Token;
  const equals = tokens.findIndex((token) => token.text === "=");
  if (equals < 0) return [];
  const type = tokens.slice(1, equals).map((token) => token.text).slice(1);
  const value = tokens.slice(equals + 1);
  const found = callsIn(value).map((call) => ({ line: call.line, name, problem: `${name}: ${call.callee} is called at import` }));
  if (canChange(value) && !isReadonly(type, all)) {
    found.push({ line, name, problem: `${name} is module-level state that can change: give it a readonly type` });
  }
  return found;
}

function canChange(value: readonly Token[]): boolean {
  const text = value.map((token) => token.text).join(" ");
  return /^(new (Map|Set|WeakMap|WeakSet|Array|Uint8Array)\b|\[|\{)/.test(text) && !/ as const\b/.test(text);
}

/**
 * Whether a type says that its values do not change; the alias of such a type, declared in the same text, does too.
 * So do options: all their fields are readonly.
 */
function isReadonly(type: readonly string[], all: readonly Token[]): boolean {
  const first = type[0] ?? "";
  if (/^[Rr]eadonly|Options$/.test(first)) return true;
  const alias = all.findIndex((token, at) => token.text === first && all[at - 1]?.text === "type");
  return alias >= 0 && /^[Rr]eadonly/.test(all.slice(alias).find((_, at, rest) => rest[at - 1]?.text === "=")?.text ?? "");
}

function inClass(statement: readonly Token[]): ImportTime[] {
  const body = statement.findIndex((token, at) => token.text === "{" && opensBody(statement, at));
  const className = statement[statement.findIndex((token) => token.text === "class") + 1]?.text ?? "";
  const found: ImportTime[] = [];
  for (let at = body + 1; at < statement.length - 1; at++) {
    const token = statement[at] as Token;
    if ("([{".includes(token.text)) at = closing(statement, at);
    else if (token.text === "static" && statement[at + 1]?.text !== "(") found.push(...inStatic(statement, at, className));
  }
  return found;
}

function inStatic(tokens: readonly Token[], at: number, className: string): ImportTime[] {
  const line = (tokens[at] as Token).line;
  if (tokens[at + 1]?.text === "{") return [{ line, name: className, problem: `a static block of ${className} runs at import` }];
  let next = at + 1;
  while (/^(override|readonly|async|get|set|\*)$/.test(tokens[next]?.text ?? "") && /^[\w$#*]/.test(tokens[next + 1]?.text ?? "")) next++;
  const name = `${className}.${tokens[next]?.text}`;
  const after = tokens[next + 1]?.text;
  if (after === "(" || after === "<") return [];
  const field = [{ ...(tokens[next] as Token), text: name }, ...tokens.slice(next + 1, fieldEnd(tokens, next))];
  const state = tokens.slice(at, next).some((token) => token.text === "readonly")
    ? []
    : [{ line, name, problem: `${name} is static state that can change` }];
  return [...state, ...inConstant(field, tokens)];
}

function fieldEnd(tokens: readonly Token[], at: number): number {
  let next = at;
  for (; next < tokens.length && tokens[next]?.text !== ";"; next++) {
    if ("([{".includes(tokens[next]?.text ?? "")) next = closing(tokens, next);
  }
  return next;
}

interface Call {
  readonly callee: string;
  readonly line: number;
}

/** The calls that run when `value` is evaluated: those inside functions and classes do not. */
function callsIn(value: readonly Token[]): Call[] {
  const calls: Call[] = [];
  for (let at = 0; at < value.length; at++) {
    const { text, line } = value[at] as Token;
    if (text === "function" || text === "class") at = bodyEnd(value, at);
    else if (text === "=>") at = arrowEnd(value, at);
    else if (text === "(") {
      const end = closing(value, at);
      const behind = value[end + 1]?.text;
      const callee = calleeBefore(value, at);
      if (behind === "=>") at = end;
      else if (behind === "{" || (behind === ":" && value[at - 2]?.text !== "?")) at = bodyEnd(value, end);
      else if (callee !== "" && !HARMLESS.has(callee)) calls.push({ callee, line });
    }
  }
  return calls;
}

function bodyEnd(value: readonly Token[], at: number): number {
  const brace = value.findIndex((token, index) => index > at && token.text === "{" && opensBody(value, index));
  return brace < 0 ? value.length : closing(value, brace);
}

/** Where the body of the arrow function with its arrow at `at` ends. */
function arrowEnd(value: readonly Token[], at: number): number {
  if (value[at + 1]?.text === "{") return closing(value, at + 1);
  let next = at + 1;
  for (; next < value.length; next++) {
    const text = value[next]?.text ?? "";
    if (",;)]}".includes(text)) return next - 1;
    if ("([{".includes(text)) next = closing(value, next);
  }
  return next;
}

const NO_CALLEE = new Set("typeof in of instanceof return await yield void delete as satisfies case new".split(" "));

/** The name that is called by the parenthesis at `at`, with `new` where it is made; "" where the parenthesis only groups. */
function calleeBefore(value: readonly Token[], at: number): string {
  let end = at;
  if (value[at - 1]?.text === ">") {
    // Type arguments.
    for (let depth = 0; end > 0;) {
      end--;
      depth += Number(value[end]?.text === ">") - Number(value[end]?.text === "<");
      if (depth === 0) break;
    }
  }
  const last = value[end - 1];
  if (last?.text === ")" || last?.text === "]") return "what it gave";
  if (last?.kind !== "word" || NO_CALLEE.has(last.text)) return "";
  let start = end - 1;
  while (start > 0 && (value[start - 1]?.text === "." || value[start]?.text === ".")) start--;
  const name = value.slice(start, end).map((token) => token.text).join("");
  return value[start - 1]?.text === "new" ? `new ${name}` : name;
}
