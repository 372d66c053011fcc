/** What the process that runs ports tells the harness, on its stdout, among what the ports print there. */

/** One message. Names are the ports' names. */
export type Message =
  | { readonly type: "begin"; readonly name: string }
  | { readonly type: "line"; readonly line: string }
  | { readonly type: "end"; readonly errors: readonly string[] };

/** One port to run: its name and its file. */
export interface Job {
  readonly name: string;
  readonly file: string;
}

const MARK = "\x1e";

/** A message as a line. It begins with a line end, since a port may have printed half a line. */
export function encode(message: Message): string {
  return `\n${MARK}${JSON.stringify(message)}\n`;
}

/** The message of a line; undefined for what a port has printed. */
export function decode(line: string): Message | undefined {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) as Message : undefined;
}
