import { ClientHello } from "../../src/net/client_hello.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { concat, randomFrom } from "./_support.ts";

/** A number of `size` bytes. */
function number(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (value >> (8 * (size - 1 - index))) & 255);
}

/** Bytes after their length in `size` bytes. */
function counted(content: Uint8Array, size: number): Uint8Array {
  return concat([number(content.length, size), content]);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function extension(type: number, content: Uint8Array): Uint8Array {
  return concat([number(type, 2), counted(content, 2)]);
}

function serverName(name: string, type = 0): Uint8Array {
  return extension(0, counted(concat([number(type, 1), counted(ascii(name), 2)]), 2));
}

/** A ClientHello with these extensions; null for none at all. */
function hello(extensions: readonly Uint8Array[] | null): Uint8Array {
  const body = concat([
    number(0x0303, 2),
    new Uint8Array(32).fill(9),
    counted(new Uint8Array(32), 1),
    counted(number(0x1301, 2), 2),
    counted(number(0, 1), 1),
    ...(extensions === null ? [] : [counted(concat(extensions), 2)]),
  ]);
  return concat([number(1, 1), counted(body, 3)]);
}

/** The message in records of at most `size` bytes. */
function records(message: Uint8Array, size = 1 << 14): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += size) {
    parts.push(number(22, 1), number(0x0301, 2), counted(message.subarray(at, at + size), 2));
  }
  return concat(parts);
}

const NAMED = hello([extension(10, new Uint8Array(8)), serverName("Www.Example.ORG"), extension(43, new Uint8Array(3))]);

describe("ClientHello", () => {
  it("tells the name that is asked for, in small letters", () => {
    assert.equal(new ClientHello().add(records(NAMED)), "www.example.org");
  });

  it("tells that there is none", () => {
    for (
      const extensions of [null, [], [extension(10, new Uint8Array(8))], [serverName("x", 7)], [
        extension(0, counted(new Uint8Array(0), 2)),
      ]]
    ) {
      assert.equal(new ClientHello().add(records(hello(extensions))), null);
    }
  });

  it("waits until it is whole, however it is cut", () => {
    for (const size of [1, 5, 16384]) {
      const all = records(NAMED, size);
      const one = new ClientHello();
      for (const [index, byte] of all.entries()) {
        const answer = one.add(Uint8Array.of(byte));
        assert.equal(answer, index === all.length - 1 ? "www.example.org" : undefined, `byte ${index} of records of ${size}`);
      }
      assert.deepEqual(one.bytes, all);
    }
  });

  it("gives up what is no ClientHello", () => {
    const changed = (index: number, value: number): Uint8Array => {
      const bytes = records(NAMED);
      bytes[index] = value;
      return bytes;
    };
    for (
      const bytes of [
        ascii("GET / HTTP/1.1\r\n"),
        changed(0, 23),
        changed(5, 2),
        changed(6, 255),
        concat([number(22, 1), number(0x0301, 2), number(0, 2)]),
        records(hello([number(0, 2), number(900, 2)])),
      ]
    ) assert.equal(new ClientHello().add(bytes), null);
  });

  it("does not wait for ever", () => {
    const one = new ClientHello();
    assert.equal(one.add(concat([number(22, 1), number(0x0301, 2), number(65535, 2), number(1, 1), number(60_000, 3)])), undefined);
    assert.equal(one.add(new Uint8Array(66_000)), null);
    const record = concat([number(22, 1), number(0x0301, 2), number(16_384, 2), number(1, 1), number(30_000, 3), new Uint8Array(16_380)]);
    const long = new ClientHello();
    assert.equal(long.add(record), undefined);
    assert.equal(long.add(record.subarray(0, 16_000)), undefined);
    assert.equal(long.add(new Uint8Array(1000)), null);
  });

  it("throws at nothing", () => {
    const random = randomFrom(7);
    for (let round = 0; round < 2000; round++) {
      const bytes = records(NAMED, 1 + Math.floor(random() * 200));
      for (let i = 0; i < 3; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const answer = new ClientHello().add(bytes.subarray(0, Math.floor(random() * (bytes.length + 1))));
      assert.ok(answer === null || answer === undefined || typeof answer === "string");
    }
  });
});
