/**
 * Cuts TypeScript into tokens, as far as the oracle's rewriting needs it: text in strings, templates, comments and
 * regular expressions is told from code. Joined again, the tokens are the source.
 */

/** A piece of source text. Blank is white space and comments; a template is cut at its `${` and `}`. */
export interface Token {
  readonly kind: "blank" | "word" | "string" | "template" | "regex" | "mark";
  readonly text: string;
}

const BLANK = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const WORD = /#?[\p{L}\p{Nl}\p{Nd}_$\u200c\u200d]+/uy;
const NUMBER = /\d[\w.]*/y;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const REGEX = /\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const MARK = /\+\+|--|=>|\*\*|\?\.|[^]/y;

/** Words after which a slash begins a regular expression. */
const BEFORE_OPERAND = new Set(
  ["await", "case", "delete", "do", "else", "in", "instanceof", "new", "of", "return", "throw", "typeof", "void", "yield"],
);

/** The tokens of `source`, in order. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // One entry for each open brace: whether it is a template's `${`.
  const braces: boolean[] = [];
  let last: Token | undefined;
  let position = 0;
  const take = (kind: Token["kind"], pattern: RegExp): Token | undefined => {
    pattern.lastIndex = position;
    const text = pattern.exec(source)?.[0];
    return text === undefined ? undefined : { kind, text };
  };
  const takeTemplate = (): Token => {
    const start = source[position] ?? "";
    position += 1;
    const rest = take("template", TEMPLATE)?.text ?? source.slice(position);
    position -= 1;
    if (rest.endsWith("${")) braces.push(true);
    return { kind: "template", text: start + rest };
  };
  while (position < source.length) {
    const char = source[position];
    let token = take("blank", BLANK) ?? take("string", STRING) ?? take("word", NUMBER) ?? take("word", WORD);
    if (token === undefined && char === "`") token = takeTemplate();
    if (token === undefined && char === "}" && braces.pop() === true) token = takeTemplate();
    if (token === undefined && char === "/" && !endsOperand(tokens, last)) token = take("regex", REGEX);
    token ??= take("mark", MARK) as Token;
    if (token.text === "{") braces.push(false);
    if (token.kind !== "blank") last = token;
    tokens.push(token);
    position += token.text.length;
  }
  return tokens;
}

/** Whether `last` ends an operand, so that a slash after it divides. */
function endsOperand(tokens: readonly Token[], last: Token | undefined): boolean {
  if (last === undefined) return false;
  if (last.kind === "word") return !BEFORE_OPERAND.has(last.text);
  // The assertion of TypeScript, `value!`, stands directly after its operand.
  if (last.text === "!") return tokens.at(-1) === last && tokens.at(-2)?.kind === "word";
  return last.kind !== "mark" && !last.text.endsWith("${") || [")", "]", "++", "--"].includes(last.text);
}
