/** What is done to the declarations that a compiler has emitted, so that they stand for themselves. */

import { importsOf } from "../_check/imports.ts";
import { closing, opensBody, type Token, tokenize } from "../_check/tokens.ts";

/** A part of the text, and what takes its place. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The declarations `text` for consumers:
 * - names of modules end with .js, which every version and setting of the compiler resolves;
 * - classes do not say what they implement: members marked `@internal` are gone, so it need not be true any more, and
 *   a class's type is that of its members anyway;
 * - where the disposables are used, the file asks for their library, which no target below ESNext includes.
 */
export function finishDeclarations(text: string): string {
  const tokens = tokenize(text);
  const changes = [...specifierChanges(tokens), ...implementsChanges(tokens)].sort((a, b) => b.start - a.start);
  const changed = changes.reduce((result, { start, end, text }) => result.slice(0, start) + text + result.slice(end), text);
  const disposables = tokens.some(({ text }) => /^(Async)?Disposable(Stack)?$|^(dispose|asyncDispose)$/.test(text));
  return disposables && !text.includes(DISPOSABLES) ? `${DISPOSABLES}\n${changed}` : changed;
}

const DISPOSABLES = `/// <reference lib="esnext.disposable" />`;

function specifierChanges(tokens: readonly Token[]): Change[] {
  return importsOf(tokens).flatMap(({ specifier, start }) => {
    if (specifier === null || !/^\.{1,2}\/.*\.ts$/.test(specifier)) return [];
    const end = start + specifier.length + 2;
    return [{ start, end, text: JSON.stringify(specifier.replace(/\.ts$/, ".js")) }];
  });
}

function implementsChanges(tokens: readonly Token[]): Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text !== "class") continue;
    let start: number | undefined;
    for (at++; at < tokens.length; at++) {
      const token = tokens[at] as Token;
      if (token.text === "implements") start = token.start;
      if (token.text !== "{") continue;
      if (opensBody(tokens, at)) break;
      at = closing(tokens, at);
    }
    const body = tokens[at];
    if (start !== undefined && body !== undefined) changes.push({ start, end: body.start, text: "" });
  }
  return changes;
}
