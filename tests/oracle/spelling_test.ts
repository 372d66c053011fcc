import { CancelledError, UnsupportedOperationError } from "../../src/errors.ts";
import { spell, spellLine } from "../../scripts/_oracle/spelling.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("spell", () => {
  it("writes plain values as Python's side of the oracle does", () => {
    assert.equal(spellLine(["text", 1, -0.5, true, null, undefined, Infinity]), "text 1 -0.5 true none none inf");
    assert.equal(spell([1, ["a"], new Set(["b", "a"])]), "[1, [a], [a, b]]");
    assert.equal(spell(new Map<unknown, unknown>([["k", { n: [] }]])), "{k: {n: []}}");
    assert.equal(spell(new Uint8Array([97, 13, 10, 0, 0xe9])), "a\\r\\n\\0é");
  });

  it("writes errors and their classes by Python's names", () => {
    class KeyError extends Error {}
    class Own extends RangeError {
      override readonly name = "Named";
    }
    assert.equal(spell(new RangeError("bad")), "ValueError(bad)");
    assert.equal(spell(new CancelledError()), "CancelledError");
    assert.equal(spell(new UnsupportedOperationError("no")), "NotImplementedError(no)");
    assert.equal(spell(new KeyError("k")), "KeyError(k)");
    assert.equal(spell(new Own("k")), "Named(k)");
    assert.equal(spell([RangeError, KeyError, CancelledError]), "[ValueError, KeyError, CancelledError]");
  });

  it("refuses what has no form, and a line that would be two", () => {
    assert.throws(() => spell(Symbol("s")), TypeError);
    assert.throws(() => spell(() => {}), TypeError);
    assert.throws(() => spellLine(["a\nb"]), RangeError);
  });
});
