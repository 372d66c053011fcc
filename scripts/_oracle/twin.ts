/**
 * Makes the two forms of a port. The generator form is the port itself; the async twin is made from it word by word:
 *
 * - `async function*` stays, every other `function*` becomes `async function`;
 * - a class's `*name(` becomes `async name(` (a computed name, as of `*[Symbol.iterator]()`, stays);
 * - `yield*` becomes `await`, except in the generators that stay.
 *
 * Nothing else changes. `await` binds tighter than `yield*`: where an operator follows the operand a port writes
 * parentheses, `(yield* first()) ?? second`.
 */

import { type Token, tokenize } from "./tokens.ts";

/** The two kinds of coroutine that a port is run as. */
export const COLOURS = ["generator", "async"] as const;

/** One of the two. */
export type Colour = typeof COLOURS[number];

/** Names of modules, and what a form imports in their place. */
export type Imports = Readonly<Record<string, string>>;

/** A token of code, with the blanks before it. */
interface Piece {
  readonly kind: Token["kind"] | "end";
  blank: string;
  text: string;
}

/** What becomes of a generator. */
type Fate = "stays" | "changes";

/** What may stand before a generator method's star. */
const BEFORE_METHOD = new Set(["{", "}", ";", ",", "static", "override", "public", "protected"]);
/** After these in a result type a brace opens an object type, and not the function's body. */
const INSIDE_TYPE = new Set([":", "|", "&", "=>", "<", ",", "[", "(", "extends", "is", "keyof", "readonly"]);
const OPENING = new Set(["(", "[", "{"]);
const CLOSING = new Set([")", "]", "}"]);

/** The text of `source` with the modules of `imports` replaced. */
export function withImports(source: string, imports: Imports): string {
  const code = cut(source);
  for (const [place, piece] of code.entries()) {
    const [before, last] = [textAt(code, place - 2), textAt(code, place - 1)];
    const imported = last === "from" || last === "import" || (last === "(" && before === "import");
    const target = piece.kind === "string" ? imports[piece.text.slice(1, -1)] : undefined;
    if (imported && target !== undefined) piece.text = JSON.stringify(target);
  }
  return join(code);
}

/** The async twin of `source`. Throws SyntaxError where a generator that would change has a bare `yield`. */
export function asyncTwin(source: string): string {
  const code = cut(source);
  const bodies = new Map<number, Fate>();
  // One entry for each open brace: whose body it opened.
  const open: (Fate | undefined)[] = [];
  for (const [place, piece] of code.entries()) {
    const last = textAt(code, place - 1);
    if (piece.text === "*" && (last === "function" || isMethodStar(code, place))) {
      const fate = fateOf(code, place);
      bodies.set(bodyOf(code, place + 1), fate);
      if (fate === "changes") changeHead(code, place);
    } else if (piece.text === "yield" && last !== "." && textAt(code, place + 1) !== ":") {
      if (open.findLast((fate) => fate !== undefined) !== "stays") changeYield(code, place);
    } else if (opens(piece)) {
      open.push(bodies.get(place));
    } else if (closes(piece)) {
      open.pop();
    }
  }
  return join(code);
}

/** Whether the star at `place` begins a generator method of a class or an object. */
function isMethodStar(code: readonly Piece[], place: number): boolean {
  const before = textAt(code, place - 1) === "async" ? textAt(code, place - 2) : textAt(code, place - 1);
  const name = code[place + 1];
  if (!BEFORE_METHOD.has(before) || name === undefined) return false;
  if (name.text === "[") return true;
  return (name.kind === "word" || name.kind === "string") && ["(", "<"].includes(textAt(code, place + 2));
}

/** What becomes of the generator whose star is at `place`. */
function fateOf(code: readonly Piece[], place: number): Fate {
  const before = textAt(code, place - 1) === "function" ? textAt(code, place - 2) : textAt(code, place - 1);
  return before === "async" || textAt(code, place + 1) === "[" ? "stays" : "changes";
}

/** `function*` becomes `async function`, and the `*` of a method `async`. */
function changeHead(code: readonly Piece[], place: number): void {
  const [last, star, next] = [code[place - 1], code[place], code[place + 1]] as [Piece, Piece, Piece];
  if (last.text === "function") {
    last.text = "async function";
    star.text = "";
    if (next.text !== "(" && star.blank === "") keepApart(next);
  } else {
    star.text = "async";
    keepApart(next);
  }
}

/** `yield*` becomes `await`. */
function changeYield(code: readonly Piece[], place: number): void {
  const [word, star, next] = [code[place], code[place + 1], code[place + 2]] as [Piece, Piece, Piece];
  if (star.text !== "*") throw new SyntaxError("Cannot make the async twin: a bare yield has no async form");
  word.text = "await";
  star.text = star.blank = "";
  keepApart(next);
}

function keepApart(piece: Piece): void {
  piece.blank ||= " ";
}

/** The place of the brace that opens the body of the function whose name or parameters begin at `place`; -1 without one. */
function bodyOf(code: readonly Piece[], place: number): number {
  let depth = 0;
  // Inside parentheses "<" may compare; around them, in type parameters and the result type, it does not.
  let angles = 0;
  let parameters = false;
  for (let here = place; here < code.length; here++) {
    const text = textAt(code, here);
    const outside = depth === 0 && angles === 0;
    if (outside && parameters && text === "{" && !INSIDE_TYPE.has(textAt(code, here - 1))) return here;
    if (outside && text === ";") return -1;
    if (outside && text === "(") parameters = true;
    if (depth === 0 && text === "<") angles += 1;
    if (depth === 0 && text === ">") angles -= 1;
    if (OPENING.has(text)) depth += 1;
    if (CLOSING.has(text)) depth -= 1;
  }
  return -1;
}

/** Whether the piece opens a brace. The middle of a template closes one and opens the next, so it counts for neither. */
function opens({ kind, text }: Piece): boolean {
  return text === "{" || (kind === "template" && !text.startsWith("}") && text.endsWith("${"));
}

function closes({ kind, text }: Piece): boolean {
  return text === "}" || (kind === "template" && text.startsWith("}") && !text.endsWith("${"));
}

function cut(source: string): Piece[] {
  const pieces: Piece[] = [];
  let blank = "";
  for (const { kind, text } of tokenize(source)) {
    if (kind === "blank") blank += text;
    else {
      pieces.push({ kind, blank, text });
      blank = "";
    }
  }
  return [...pieces, { kind: "end", blank, text: "" }];
}

function join(code: readonly Piece[]): string {
  return code.map(({ blank, text }) => blank + text).join("");
}

function textAt(code: readonly Piece[], place: number): string {
  return code[place]?.text ?? "";
}
