import {
  Context,
  ContextVar,
  copyContext,
  coroutine,
  createTask,
  Future,
  gather,
  LookupError,
  RuntimeError,
  shield,
  sleep,
  timeout,
  Token,
} from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("ContextVar", () => {
  it("gives its value, else the fallback, else its default, else LookupError", () => {
    copyContext().run(() => {
      const plain = new ContextVar<string>("plain");
      const defaulted = new ContextVar<string>("defaulted", { default: "default" });
      const undefinedByDefault = new ContextVar<string | undefined>("undefined", { default: undefined });
      assert.throws(() => plain.get(), { name: "LookupError", code: "LOOKUP", message: /"plain"/ });
      assert.equal(plain.get("fallback"), "fallback");
      assert.equal(plain.get(undefined), undefined);
      assert.equal(defaulted.get(), "default");
      assert.equal(defaulted.get("fallback"), "fallback");
      assert.equal(undefinedByDefault.get(), undefined);
      plain.set("value");
      assert.equal(plain.get(), "value");
      assert.equal(plain.get("fallback"), "value");
      assert.equal(plain.name, "plain");
    });
  });

  it("keeps undefined as a value", () => {
    copyContext().run(() => {
      const variable = new ContextVar<undefined>("u");
      variable.set(undefined);
      assert.equal(variable.get(), undefined);
      assert.equal(copyContext().has(variable), true);
    });
  });

  it("is given back its former value by the token, once", () => {
    copyContext().run(() => {
      const variable = new ContextVar<number>("n");
      const first = variable.set(1);
      const second = variable.set(2);
      assert.ok(first instanceof Token);
      assert.equal(first.var, variable);
      variable.reset(second);
      assert.equal(variable.get(), 1);
      variable.reset(first);
      assert.throws(() => variable.get(), LookupError);
      assert.throws(() => variable.reset(first), RuntimeError);
    });
  });

  it("refuses a token of another variable or another context", () => {
    copyContext().run(() => {
      const [one, other] = [new ContextVar<number>("one"), new ContextVar<number>("other")];
      const token = one.set(1);
      assert.throws(() => other.reset(token), { name: "RangeError", message: /"one"/ });
      copyContext().run(() => assert.throws(() => one.reset(token), { name: "RangeError", message: /different context/ }));
      one.reset(token);
    });
  });

  it("has a name that is a string", () => {
    assert.throws(() => new ContextVar(7 as unknown as string), TypeError);
  });
});

describe("Context", () => {
  const variable = new ContextVar<string>("v");

  it("run: what is set inside stays inside", () => {
    const context = copyContext();
    assert.equal(context.run((text: string) => (variable.set(text), "result"), "inside"), "result");
    assert.equal(context.get(variable), "inside");
    assert.equal(context.has(variable), true);
    assert.deepEqual([...context.entries()].filter(([entry]) => entry === variable), [[variable, "inside"]]);
    assert.equal(variable.get("outside"), "outside");
    assert.equal(context.run(() => variable.get()), "inside");
  });

  it("is left when the function throws", () => {
    const context = copyContext();
    assert.throws(() =>
      context.run(() => {
        variable.set("inside");
        throw new Error("bad");
      }), /bad/);
    assert.equal(variable.get("outside"), "outside");
    assert.equal(context.run(() => variable.get()), "inside");
  });

  it("cannot be entered twice at once", () => {
    const context = copyContext();
    context.run(() => assert.throws(() => context.run(() => {}), { name: "RuntimeError", message: /already entered/ }));
    context.run(() => {});
  });

  it("copies are apart", () => {
    const context = new Context();
    context.run(() => variable.set("one"));
    const copy = context.copy();
    copy.run(() => variable.set("two"));
    assert.equal(context.get(variable), "one");
    assert.equal(copy.get(variable), "two");
    assert.equal(new Context().has(variable), false);
    assert.equal(new Context().get(variable), undefined);
  });
});

describe("Context variables and tasks", () => {
  const variable = new ContextVar<string>("v", { default: "default" });

  bothColours("a task has a copy of what was current when it was made", function* ({ body }) {
    variable.set("main");
    const task = createTask(body(function* () {
      const seen = [variable.get()];
      variable.set("task");
      yield* wait(sleep(1));
      seen.push(variable.get());
      return seen;
    }));
    variable.set("changed later");
    assert.deepEqual(yield* wait(task), ["main", "task"]);
    assert.equal(variable.get(), "changed later");
    assert.equal(task.getContext().get(variable), "task");
  });

  bothColours("tasks side by side do not see each other's values", function* ({ body }) {
    const worker = (name: string) =>
      body(function* () {
        const seen: string[] = [];
        variable.set(name);
        for (let i = 0; i < 3; i++) {
          yield* wait(sleep(0));
          seen.push(variable.get());
        }
        return seen;
      });
    assert.deepEqual(yield* wait(gather([worker("a"), worker("b")])), [["a", "a", "a"], ["b", "b", "b"]]);
    assert.equal(variable.get(), "default");
  });

  bothColours("what is awaited in the same task shares its values", function* ({ body }) {
    const helper = body(function* () {
      yield* wait(sleep(1));
      variable.set("helper");
    });
    yield* wait(helper());
    assert.equal(variable.get(), "helper");
    yield* wait(
      coroutine(body(function* () {
        variable.set("coroutine");
        yield* wait(sleep(1));
        variable.set("coroutine, later");
      }))(),
    );
    assert.equal(variable.get(), "coroutine, later");
    yield* wait(timeout(
      100,
      body(function* () {
        yield* wait(sleep(1));
        variable.set("timeout");
      }),
    ));
    assert.equal(variable.get(), "timeout");
  });

  bothColours("a task works on the context that it is given", function* ({ body }) {
    const context = copyContext();
    context.run(() => variable.set("given"));
    const task = createTask(
      body(function* () {
        const seen = variable.get();
        yield* wait(sleep(1));
        variable.set(`${seen}, set by the task`);
        return seen;
      }),
      { context },
    );
    assert.equal(yield* wait(task), "given");
    assert.equal(task.getContext(), context);
    assert.equal(context.get(variable), "given, set by the task");
    assert.equal(variable.get(), "default");
  });

  bothColours("a context given to a task may be used by several, and by run() meanwhile", function* ({ body }) {
    const context = new Context();
    const adding = (text: string) =>
      body(function* () {
        yield* wait(sleep(1));
        variable.set(variable.get() + text);
      });
    const tasks = ["a", "b"].map((text) => createTask(adding(text), { context }));
    context.run(() => variable.set("x"));
    for (const task of tasks) yield* wait(task);
    assert.equal(context.get(variable), "xab");
  });

  bothColours("shield and gather start tasks with a copy", function* ({ body }) {
    variable.set("main");
    const setting = body(function* () {
      yield* wait(sleep(1));
      variable.set("inside");
    });
    yield* wait(shield(setting));
    yield* wait(gather([setting]));
    assert.equal(variable.get(), "main");
  });

  bothColours("a token serves in the same task after a wait", function* () {
    const token = variable.set("for a while");
    yield* wait(sleep(1));
    variable.reset(token);
    assert.equal(variable.get(), "default");
  });
});

describe("Context variables and callbacks", () => {
  const variable = new ContextVar<string>("v", { default: "default" });

  it("a callback has a copy of what was current when it was scheduled", () =>
    runVirtual(async (loop) => {
      const seen: string[] = [];
      const note = (): void => {
        seen.push(variable.get());
        variable.set("set by a callback");
      };
      variable.set("one");
      const handle = loop.callSoon(note);
      variable.set("two");
      loop.callLater(1, note);
      variable.set("three");
      const future = new Future();
      future.addDoneCallback(note);
      variable.set("four");
      future.setResult(undefined);
      await sleep(2);
      assert.deepEqual(seen, ["one", "three", "two"]);
      assert.equal(handle.getContext().get(variable), "set by a callback");
      assert.equal(variable.get(), "four");
    }));

  it("a done callback has the context that it is given", () =>
    runVirtual(async () => {
      const context = copyContext();
      context.run(() => variable.set("given"));
      let seen: string | undefined;
      const future = new Future();
      future.addDoneCallback(() => seen = variable.get(), { context });
      future.setResult(undefined);
      await sleep(0);
      assert.equal(seen, "given");
    }));

  it("call_soon(callback, context=c) is callSoon(() => c.run(callback))", () =>
    runVirtual(async (loop) => {
      const context = new Context();
      loop.callSoon(() => context.run(() => variable.set("by the callback")));
      await sleep(0);
      assert.equal(context.get(variable), "by the callback");
      assert.equal(variable.get(), "default");
    }));

  it("a task made by a callback inherits the callback's values", () =>
    runVirtual(async (loop) => {
      variable.set("main");
      const seen = new Future<string>();
      loop.callSoon(() => {
        variable.set("callback");
        createTask(async () => {
          await sleep(1);
          seen.setResult(variable.get());
        });
      });
      assert.equal(await seen, "callback");
      await sleep(0);
    }));
});
