import {
  captureCallGraph,
  createTask,
  currentTask,
  type EventLoop,
  formatCallGraph,
  Future,
  type FutureCallGraph,
  gather,
  getRunningLoop,
  Lock,
  newEventLoop,
  printCallGraph,
  Queue,
  RuntimeError,
  shield,
  sleep,
  type Task,
  taskGroup,
  timeout,
  wait,
  waitFor,
} from "../../mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const frames = (graph: FutureCallGraph | null): string[] => graph!.callStack.map(({ frame }) => frame);
/** The functions' names only: where they are is said in as many ways as there are hosts. */
const functions = (graph: FutureCallGraph | null): string[] =>
  frames(graph).map((frame) => frame.replace(/ \(.*/, "").replace(/^.*\./, (owner) => owner.includes("/") ? "" : owner));
const names = (graph: FutureCallGraph | null): string[] => graph!.awaitedBy.map(({ future }) => (future as Task).getName()).sort();

function* innermost() {
  yield* sleep(10);
}

function* middle() {
  yield* innermost();
}

function* outermost() {
  yield* middle();
  return "undisturbed";
}

describe("captureCallGraph", () => {
  it("shows where a generator is suspended, and does not disturb it", () =>
    runVirtual(async () => {
      const task = createTask(() => outermost());
      await sleep(1);
      const graph = captureCallGraph(task);
      assert.equal(graph!.future, task);
      assert.deepEqual(functions(graph), ["sleep", "innermost", "middle", "outermost"]);
      assert.match(frames(graph)[1]!, /call_graph_test\.ts:\d+/);
      assert.deepEqual(functions(captureCallGraph(task)), functions(graph));
      assert.equal(await task, "undisturbed");
      assert.deepEqual(frames(captureCallGraph(task)), []);
    }));

  it("looks through timeouts, and at a task that was woken or cancelled and has not gone on", () =>
    runVirtual(async () => {
      const loop = getRunningLoop();
      const future = loop.createFuture<string>();
      function* waits() {
        return yield* timeout(100, function* () {
          return yield* waitFor(future, 50);
        });
      }
      const task = createTask(() => waits());
      await sleep(1);
      const suspended = functions(captureCallGraph(task));
      assert.equal(suspended.at(-1), "waits");
      future.setResult("woken");
      assert.deepEqual(functions(captureCallGraph(task)), suspended);
      assert.equal(await task, "woken");

      const lock = new Lock();
      await lock.acquire();
      const loser = createTask(function* loses() {
        yield* lock.acquire();
      });
      await sleep(0);
      loser.cancel();
      assert.deepEqual(functions(captureCallGraph(loser)), ["Lock.acquire", "loses"]);
      await wait([loser]);
      assert.equal(loser.cancelled(), true);
      lock.release();
    }));

  it("keeps apart what cannot be looked into: bare yields, tasks that have not begun, async functions", () =>
    runVirtual(async () => {
      let steps = 0;
      const yields = createTask(function* counts() {
        for (; steps < 3; steps++) yield;
      });
      assert.deepEqual(frames(captureCallGraph(yields)), ["counts"]);
      await sleep(0);
      assert.deepEqual(frames(captureCallGraph(yields)), ["counts"]);
      assert.equal(steps, 0);
      await yields;
      const queue = new Queue<number>();
      const task = createTask(async function takes() {
        await queue.get();
      });
      await sleep(0);
      assert.deepEqual(frames(captureCallGraph(task)), ["Queue.get", "takes"]);
      task.cancel();
    }));

  it("shows in debug mode where an async function waits", () =>
    runVirtual(async () => {
      const queue = new Queue<number>();
      async function inner(): Promise<void> {
        await queue.get();
      }
      const task = createTask(async function takes() {
        await timeout(100, inner);
      });
      await sleep(1);
      const found = captureCallGraph(task);
      assert.deepEqual(functions(found), ["Queue.get", "inner", "takes"]);
      assert.match(frames(found)[2]!, /call_graph_test/);
      task.cancel();
      await wait([task]);
    }, { debug: true }));

  it("follows gather, wait, shield, waitFor, groups, then and several steps", () =>
    runVirtual(async () => {
      currentTask()!.setName("main");
      const loop = getRunningLoop();
      const future = new Future<void>({ loop });
      await taskGroup(async (group) => {
        const start = (name: string, body: () => PromiseLike<unknown>): Task<unknown> =>
          group.createTask(async () => await body(), { name });
        start("await", () => future);
        start("gather", () => gather([future, sleep(1)]));
        start("wait", () => wait([future]));
        start("shield", () => shield(future));
        start("gather of a shield", () => gather([shield(future)]));
        start("waitFor", () => waitFor(future, 100));
        start("then", () => future.then(() => 1));
        start("two at once", () => Promise.all([future, sleep(1)]));
        start("twice", () => Promise.all([future, future]));
        const task = createTask(() => future, { name: "task" });
        start("through a task", () => task);
        future.addDoneCallback(() => {});
        await sleep(1);
        const graph = captureCallGraph(future);
        const all = ["await", "gather", "gather of a shield", "shield", "task", "then", "twice", "two at once", "wait", "waitFor"];
        assert.deepEqual(names(graph), all);
        assert.deepEqual(names(graph!.awaitedBy.find(({ future }) => future === task)!), ["through a task"]);
        assert.deepEqual(names(graph!.awaitedBy.find(({ future }) => (future as Task).getName() === "wait")!), ["main"]);
        assert.deepEqual(graph!.callStack, []);
        future.setResult();
      });
      assert.deepEqual(captureCallGraph(future)!.awaitedBy, []);
    }));

  it("has an end where tasks wait for each other", () =>
    runVirtual(async () => {
      const one: Task<void> = createTask(async () => void await wait([two]), { name: "one" });
      const two: Task<void> = createTask(async () => await one, { name: "two" });
      await sleep(0);
      const graph = captureCallGraph(one)!;
      assert.deepEqual([names(graph), names(graph.awaitedBy[0]!)], [["two"], []]);
      one.cancel();
      await wait([one, two]);
    }));

  it("shows the task that runs from where it was called", () =>
    runVirtual(async () => {
      const task = createTask(function* outside() {
        yield* sleep(1);
        return yield* (function* inside() {
          const graphs = [captureCallGraph(), captureCallGraph(currentTask()!, { depth: 2 }), captureCallGraph(undefined, { limit: 1 })];
          yield* sleep(0);
          return graphs;
        })();
      });
      const [all, deeper, nearest] = await task;
      assert.deepEqual(functions(all!), ["inside", "outside"]);
      assert.deepEqual(functions(deeper!), ["outside"]);
      assert.deepEqual(functions(nearest!), ["inside"]);
      assert.equal(all!.future, task);
    }));

  it("limits every stack", () =>
    runVirtual(async () => {
      const task = createTask(() => outermost());
      await sleep(1);
      assert.deepEqual(functions(captureCallGraph(task, { limit: 2 })), ["sleep", "innermost"]);
      assert.deepEqual(functions(captureCallGraph(task, { limit: -2 })), ["middle", "outermost"]);
      assert.deepEqual(functions(captureCallGraph(task, { limit: 0 })), []);
      await task;
    }));

  it("is null in a callback, and refuses what is no future and, without one, places outside", async () => {
    await runVirtual(async (loop: EventLoop) => {
      const graph = await new Promise((resolve) => loop.callSoon(() => resolve(captureCallGraph())));
      assert.equal(graph, null);
      for (const bad of [null, 1, {}, Promise.resolve()]) assert.throws(() => captureCallGraph(bad as never), TypeError);
      assert.throws(() => captureCallGraph(undefined, { limit: 0.5 }), RangeError);
      assert.throws(() => captureCallGraph(undefined, { depth: "1" as never }), TypeError);
    });
    assert.throws(() => captureCallGraph(), RuntimeError);
    const loop = newEventLoop();
    assert.deepEqual(captureCallGraph(loop.createFuture())?.awaitedBy, []);
    loop.close();
  });
});

describe("formatCallGraph and printCallGraph", () => {
  it("write the graph as text", () =>
    runVirtual(async () => {
      const leaf = createTask(() => outermost(), { name: "leaf" });
      const waiter = createTask(async function waits() {
        await leaf;
      }, { name: "waiter" });
      await sleep(1);
      const text = formatCallGraph(leaf);
      assert.match(
        text,
        /^\* Task\(name='leaf'\)\n {2}\+ Call stack:\n {2}\| {3}at sleep\n {2}\| {3}at innermost \(.*\)\n(?: {2}\| {3}at .*\n){2} {2}\+ Awaited by:\n {4}\* Task\(name='waiter'\)\n {6}\+ Call stack:\n {6}\| {3}at waits$/,
      );
      const written: string[] = [];
      printCallGraph(leaf, { write: (part) => void written.push(part) });
      assert.deepEqual(written, [text]);
      assert.equal(formatCallGraph(new Future()), "* Future()");
      await waiter;
    }));
});

describe("getStack and printStack", () => {
  it("give the frames of a suspended task, oldest first, and those of the error of one that failed", () =>
    runVirtual(async () => {
      const task = createTask(() => outermost(), { name: "stacked" });
      await sleep(1);
      assert.deepEqual(task.getStack().map((frame) => frame.replace(/ \(.*/, "")), ["outermost", "middle", "innermost", "sleep"]);
      assert.deepEqual(task.getStack(1), ["sleep"]);
      const lines: string[] = [];
      task.printStack({ limit: 1, write: (line) => void lines.push(line) });
      assert.match(lines[0]!, /^Stack for <Task pending name='stacked'> \(most recent call last\):$/);
      assert.deepEqual(lines.slice(1), ["    at sleep"]);
      await task;
      assert.deepEqual(task.getStack(), []);
      lines.length = 0;
      task.printStack({ write: (line) => void lines.push(line) });
      assert.match(lines.join("\n"), /^No stack for <Task finished .*>$/);

      const failed = createTask(function* fails() {
        yield* sleep(0);
        throw new RangeError("on purpose");
      });
      await wait([failed]);
      assert.match(failed.getStack().at(-1)!, /fails/);
      lines.length = 0;
      failed.printStack({ write: (line) => void lines.push(line) });
      assert.match(lines[0]!, /^Traceback for /);
      assert.equal(lines.at(-1), "RangeError: on purpose");
      assert.ok(failed.exception());
    }));
});
