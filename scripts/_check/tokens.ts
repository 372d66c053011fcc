/** The tokens of a TypeScript text, as far as the checks need them: comments and blanks are left out. */

/** What a token is. A template appears as its parts, with the tokens of its `${…}` between them. */
export type TokenKind = "word" | "private" | "string" | "template" | "number" | "regex" | "sign";

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  /** As written; a string with its quotes. */
  readonly text: string;
  /** Counted from one. */
  readonly line: number;
  /** Offset of its first character. */
  readonly start: number;
}

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const PRIVATE = /#[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)n?/y;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const SIGN = /=>|\?\.|\?\?=?|\.\.\.|[{}()[\];,.<>?:~@#]|&&=?|\|\|=?|\*\*=?|[=!]==?|\+\+|--|[+\-*/%&|^!=]=?/y;
const BLANK = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/|^#![^\n]*)+/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;

/** Words after which a slash begins a regular expression. */
const BEFORE_REGEX = new Set("return typeof case in of delete void throw new await yield else do instanceof".split(" "));

/** Splits `text`. A text that is no TypeScript gives some tokens too, or a SyntaxError with the line. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  // Depth of braces at which each open `${` of a template ends.
  const templates: number[] = [];
  let braces = 0;
  let line = 1;
  let position = 0;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0];
  };
  const push = (kind: TokenKind, found: string): void => {
    tokens.push({ kind, text: found, line, start: position });
    advance(found);
  };
  const advance = (found: string): void => {
    position += found.length;
    for (let at = found.indexOf("\n"); at >= 0; at = found.indexOf("\n", at + 1)) line++;
  };
  const template = (opening: string): void => {
    position += opening.length;
    const part = take(TEMPLATE_PART);
    if (part === undefined) throw new SyntaxError(`Cannot read the text: a template that begins on line ${line} does not end`);
    position -= opening.length;
    push("template", opening + part);
    if (part.endsWith("${")) templates.push(braces++);
  };

  while (position < text.length) {
    const blank = take(BLANK);
    if (blank !== undefined) {
      advance(blank);
      continue;
    }
    const character = text[position];
    if (character === "`") {
      template("`");
    } else if (character === "}" && templates.at(-1) === braces - 1) {
      braces = templates.pop() as number;
      template("}");
    } else {
      const [kind, found] = plainToken(take, tokens.at(-1));
      if (found === undefined) throw new SyntaxError(`Cannot read the text: there is an unexpected ${character} on line ${line}`);
      if (found === "{") braces++;
      if (found === "}") braces--;
      push(kind, found);
    }
  }
  return tokens;
}

function plainToken(take: (pattern: RegExp) => string | undefined, previous: Token | undefined): [TokenKind, string | undefined] {
  const word = take(WORD);
  if (word !== undefined) return ["word", word];
  const name = take(PRIVATE);
  if (name !== undefined) return ["private", name];
  const string = take(STRING);
  if (string !== undefined) return ["string", string];
  const sign = take(SIGN);
  // A dot may begin a number.
  if (sign === undefined || sign === ".") {
    const number = take(NUMBER);
    if (number !== undefined) return ["number", number];
  }
  if (sign?.startsWith("/") && mayBeginRegex(previous)) {
    const regex = take(REGEX);
    if (regex !== undefined) return ["regex", regex];
  }
  return ["sign", sign];
}

function mayBeginRegex(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === "word") return BEFORE_REGEX.has(previous.text);
  return previous.kind === "sign" && ![")", "]", "}"].includes(previous.text);
}

/**
 * The index of the bracket that closes the one at `index`, or the last index where nothing does.
 * Braces of templates are no signs here, so only `( [ {` count.
 */
export function closing(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== "sign") continue;
    if (text === "(" || text === "[" || text === "{") depth++;
    if (text === ")" || text === "]" || text === "}") depth--;
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}

const BEFORE_TYPE = new Set(": | & < , => = ( ? extends is keyof readonly".split(" "));

/** Whether the brace at `index` begins the body of a class or function: after some signs it is a type or an object. */
export function opensBody(tokens: readonly Token[], index: number): boolean {
  return !BEFORE_TYPE.has(tokens[index - 1]?.text ?? "");
}
