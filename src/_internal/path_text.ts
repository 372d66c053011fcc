/**
 * Paths of sockets in messages.
 *
 * @module
 */

/** The path as people write it: "@" stands for the NUL that abstract names begin with. */
export function pathText(path: string): string {
  return path.replaceAll("\0", "@");
}
