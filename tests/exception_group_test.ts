import { CancelledError, ExceptionGroup, RuntimeError, TimeoutError } from "../mod.ts";
import { assert, describe, it } from "./_kit/mod.ts";

/** The members of a group and of the groups in it, as names. */
function shape(group: ExceptionGroup | null): unknown {
  return group && group.errors.map((error) => error instanceof ExceptionGroup ? shape(error) : error.name);
}

describe("ExceptionGroup", () => {
  const nested = (): ExceptionGroup =>
    new ExceptionGroup("outer", [
      new RangeError("one"),
      new ExceptionGroup("inner", [new TypeError("two"), new RangeError("three")]),
      new TypeError("four"),
    ]);

  it("is an AggregateError with the errors in their order", () => {
    const errors = [new RangeError("one"), "two"];
    const group = new ExceptionGroup("several", errors);
    assert.ok(group instanceof AggregateError);
    assert.deepEqual([group.name, group.message, group.code], ["ExceptionGroup", "several", "EXCEPTION_GROUP"]);
    assert.deepEqual(group.errors, errors);
    errors.pop();
    assert.equal(group.errors.length, 2);
  });

  it("splits by class, by classes and by what a function says, and keeps the nesting", () => {
    const [matching, rest] = nested().split(RangeError);
    assert.deepEqual([shape(matching), shape(rest)], [["RangeError", ["RangeError"]], [["TypeError"], "TypeError"]]);
    assert.deepEqual([matching!.message, matching!.errors[1].message, rest!.errors[0].message], ["outer", "inner", "inner"]);
    assert.deepEqual(shape(nested().subgroup([RangeError, TimeoutError])), ["RangeError", ["RangeError"]]);
    assert.deepEqual(shape(nested().subgroup((error) => (error as Error).message === "two")), [["TypeError"]]);
  });

  it("gives null for a part without members, and itself where all of it matches", () => {
    const group = nested();
    assert.equal(group.subgroup(CancelledError), null);
    const [none, all] = group.split(RuntimeError);
    assert.equal(none, null);
    assert.deepEqual(shape(all), shape(group));
    assert.deepEqual(group.split(Error), [group, null]);
    assert.equal(group.subgroup(ExceptionGroup), group);
    assert.equal(group.subgroup((error) => error instanceof ExceptionGroup && error.message === "inner")!.errors[0], group.errors[1]);
  });

  it("hands its cause to its parts", () => {
    const group = nested();
    group.cause = new Error("why");
    assert.equal(group.subgroup(RangeError)!.cause, group.cause);
    assert.equal("cause" in nested().subgroup(RangeError)!, false);
  });

  it("refuses bad input", () => {
    assert.throws(() => new ExceptionGroup("none", []), RangeError);
    assert.throws(() => new ExceptionGroup("no array", "abc" as unknown as unknown[]), TypeError);
    assert.throws(() => new ExceptionGroup(7 as unknown as string, [new Error()]), TypeError);
    for (const matcher of [null, 7, {}, [], [() => true]]) {
      assert.throws(() => nested().split(matcher as unknown as typeof Error), TypeError);
    }
  });
});
