/**
 * Paths of files.
 *
 * @module
 */

/** The path of a file: URL. @throws RangeError for another URL. `action` completes the sentence "Cannot …". */
export function pathOfUrl(url: URL, action: string): string {
  if (url.protocol === "file:" && url.host === "") return decodeURIComponent(url.pathname);
  throw new RangeError(`Cannot ${action}: a path or a file: URL was expected, got ${url.href}`);
}
