/**
 * Which server a TLS client asks for, read from what it sends first (RFC 8446 4.1.2, RFC 6066 3). Not every host's TLS says it early enough.
 *
 * @module
 */
import { join } from "./data.ts";

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** More than this no client needs to introduce itself. */
const LONGEST_HELLO = 32 * 1024;

/** Keeps what a client sends until it is known which server it asks for. */
export class ClientHello {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  /** With fewer bytes than this there is nothing new to be found. */
  #enough = 0;

  /** All that was added. */
  get bytes(): Uint8Array {
    return join(this.#chunks, this.#length);
  }

  /** Adds bytes. Undefined while more are needed; then the name, or null where none is asked for, as by what is no TLS. */
  add(chunk: Uint8Array): string | null | undefined {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#enough) return undefined;
    try {
      return serverNameOf(messageIn(this.bytes));
    } catch (error) {
      if (!(error instanceof Cut)) throw error;
      if (error.forGood || this.#length > LONGEST_HELLO) return null;
      this.#enough = Math.min(this.#length + error.missing, LONGEST_HELLO + 1);
      return undefined;
    }
  }
}

/** There are fewer bytes than there should be: so far, or for good, when more cannot help. */
class Cut {
  readonly forGood: boolean;
  /** How many bytes more are needed at the least. */
  readonly missing: number;

  constructor(forGood: boolean, missing = 0) {
    this.forGood = forGood;
    this.missing = missing;
  }
}

/** The first message: it may be spread over several records. */
function messageIn(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let found = 0;
  let length: number | null = null;
  const records = new Fields(bytes, false);
  while (length === null || found < 4 + length) {
    if (records.number(1) !== HANDSHAKE_RECORD) throw new Cut(true);
    records.skip(2); // its version, which says nothing
    const part = records.bytes(records.number(2));
    if (part.length === 0) throw new Cut(true);
    parts.push(part);
    found += part.length;
    if (length === null && found >= 4) length = lengthOf(new Fields(join(parts, found), true));
  }
  return join(parts, found).subarray(4, 4 + length);
}

function lengthOf(start: Fields): number {
  if (start.number(1) !== CLIENT_HELLO) throw new Cut(true);
  const length = start.number(3);
  if (length > LONGEST_HELLO) throw new Cut(true);
  return length;
}

/** The name in a ClientHello; null without one. */
function serverNameOf(message: Uint8Array): string | null {
  const hello = new Fields(message, true);
  hello.skip(2 + 32); // version, random
  hello.skip(hello.number(1)); // session
  hello.skip(hello.number(2)); // ciphers
  hello.skip(hello.number(1)); // compressions
  if (hello.left === 0) return null;
  const extensions = new Fields(hello.bytes(hello.number(2)), true);
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const content = extensions.bytes(extensions.number(2));
    if (type === SERVER_NAME) return firstName(new Fields(content, true));
  }
  return null;
}

function firstName(content: Fields): string | null {
  const names = new Fields(content.bytes(content.number(2)), true);
  while (names.left > 0) {
    const type = names.number(1);
    const name = names.bytes(names.number(2));
    if (type === HOST_NAME) return String.fromCharCode(...name).toLowerCase();
  }
  return null;
}

/** Reads bytes field by field. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #whole: boolean;
  #at = 0;

  /** Whether `bytes` are all there will be. */
  constructor(bytes: Uint8Array, whole: boolean) {
    this.#bytes = bytes;
    this.#whole = whole;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next `count` bytes. */
  bytes(count: number): Uint8Array {
    if (this.left < count) throw new Cut(this.#whole, count - this.left);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  skip(count: number): void {
    this.bytes(count);
  }

  /** A number of `size` bytes. */
  number(size: number): number {
    return this.bytes(size).reduce((value, byte) => value * 256 + byte, 0);
  }
}
