/**
 * IP addresses as text.
 *
 * @module
 */

/** Which family an address is of; null for what is none, such as a name. */
export function familyOf(host: string): "IPv4" | "IPv6" | null {
  if (isIPv4(host)) return "IPv4";
  return parseIPv6(host) === null ? null : "IPv6";
}

function isIPv4(host: string): boolean {
  const parts = host.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** The eight groups and the zone, "" without one. */
interface IPv6 {
  readonly groups: readonly number[];
  readonly zone: string;
}

/** Eight groups, of which one run may be left out as "::", and the last two may be an IPv4 address. A zone may follow. */
function parseIPv6(host: string): IPv6 | null {
  const [address = "", zone = null] = host.split("%", 2);
  if (zone === "" || !address.includes(":")) return null;
  const halves = address.split("::");
  if (halves.length > 2) return null;
  const [head, tail = null] = halves.map(parseGroups);
  if (!head || (halves.length === 2 && !tail)) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === null ? missing !== 0 : missing < 1) return null;
  return { groups: [...head, ...new Array<number>(missing).fill(0), ...tail ?? []], zone: zone ?? "" };
}

function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const words = text.split(":");
  const last = words.at(-1)!;
  if (isIPv4(last)) words.splice(-1, 1, ...groupsOfIPv4(last));
  return words.every((word) => /^[\da-f]{1,4}$/i.test(word)) ? words.map((word) => Number.parseInt(word, 16)) : null;
}

function groupsOfIPv4(address: string): string[] {
  const [a, b, c, d] = address.split(".").map(Number) as [number, number, number, number];
  return [(a << 8 | b).toString(16), (c << 8 | d).toString(16)];
}

/** An address in the spelling that everybody uses (RFC 5952): lower case, the first of the longest runs of zeros as "::". */
export function canonicalAddress(host: string): string {
  const parsed = parseIPv6(host);
  if (parsed === null) return host.split(".").map(Number).join(".");
  return formatGroups(parsed.groups) + (parsed.zone === "" ? "" : `%${parsed.zone}`);
}

function formatGroups(groups: readonly number[]): string {
  const run = longestRun(groups);
  const mapped = run.start === 0 && (run.length === 6 || (run.length === 5 && groups[5] === 0xffff));
  const words = groups.map((group) => group.toString(16));
  if (mapped) words.splice(6, 2, groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join("."));
  if (run.length < 2) return words.join(":");
  return `${words.slice(0, run.start).join(":")}::${words.slice(run.start + run.length).join(":")}`;
}

/** The first of the longest runs of zeros. */
function longestRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
    start += length;
  }
  return best;
}

/** IPv4 as IPv6, for sockets that take both (RFC 4291, section 2.5.5.2). */
export function mappedAddress(address: string): string {
  return `::ffff:${address}`;
}

const MAPPED = /^::ffff:([\d.]+)$/i;

/** The IPv4 address that an IPv6 one stands for; null for others. */
export function unmappedAddress(address: string): string | null {
  return MAPPED.exec(address)?.[1] ?? null;
}
