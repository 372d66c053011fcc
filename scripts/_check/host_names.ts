/** Names of the host in a text: globals that are no part of the language. */

import { closing, type Token } from "./tokens.ts";

/** The hosts themselves and what stands for them, their clocks and timers: only adapters may name these. */
export const HOST_ONLY: ReadonlySet<string> = words(`
  Deno Bun process Buffer global globalThis window self require __dirname __filename navigator performance
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate
  Worker WebSocket fetch addEventListener removeEventListener dispatchEvent postMessage reportError
  alert confirm prompt localStorage sessionStorage
`);

/**
 * Further globals of hosts, which code that runs in browsers and on the edge does without.
 * Those that the kernel may name are not in it: console, AbortController, AbortSignal, queueMicrotask.
 */
export const HOST: ReadonlySet<string> = new Set([
  ...HOST_ONLY,
  ...words(`
    Blob BroadcastChannel ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CustomEvent DecompressionStream
    DOMException ErrorEvent Event EventSource EventTarget File FormData Headers MessageChannel MessageEvent MessagePort
    ReadableStream Request Response TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream
    URL URLPattern URLSearchParams WebAssembly WritableStream atob btoa crypto structuredClone
  `),
]);

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Where one of `names` is used, other than as the name of a member or of something that the text declares, imports or passes on. */
export function hostUses(tokens: readonly Token[], names: ReadonlySet<string>): Token[] {
  const own = declaredNames(tokens);
  return tokens.filter((token, at) => token.kind === "word" && names.has(token.text) && !own.has(token.text) && !isMemberName(tokens, at));
}

function declaredNames(tokens: readonly Token[]): Set<string> {
  const names = new Set<string>();
  tokens.forEach((token, at) => {
    const before = tokens[at - 1];
    if (token.kind !== "word" || before?.kind !== "word") return;
    if (["class", "interface", "type", "function", "const", "let"].includes(before.text)) names.add(token.text);
  });
  tokens.forEach((token, at) => {
    const lists = token.text === "import" || (token.text === "export" && tokens[at + 1]?.text === "{");
    if (!lists || tokens[at + 1]?.text === "(" || tokens[at - 1]?.text === ".") return;
    for (let next = at + 1; next < tokens.length && tokens[next]?.kind !== "string" && tokens[next]?.text !== ";"; next++) {
      if (tokens[next]?.kind === "word") names.add((tokens[next] as Token).text);
    }
  });
  return names;
}

/** After these a name and a parenthesis may be a method. */
const BEFORE_METHOD = new Set("{ } ; , * async get set static override abstract readonly".split(" "));

function isMemberName(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text ?? ";";
  if (before === "." || before === "?.") return true;
  const after = tokens[at + 1]?.text;
  // A member of a type or of an object, or a parameter; between `?` and `:` it would be a value.
  if (after === ":" || (after === "?" && tokens[at + 2]?.text === ":")) return before !== "?" && before !== "case";
  if (!BEFORE_METHOD.has(before)) return false;
  // A field; nobody assigns to the host's.
  if (after === "=") return true;
  if (after !== "(") return false;
  const behind = tokens[closing(tokens, at + 1) + 1]?.text;
  return behind === "{" || behind === ":";
}
