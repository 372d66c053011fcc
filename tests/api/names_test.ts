import type { NameTable } from "../../scripts/_check/name_table.ts";
import type { Surface } from "../../scripts/_check/surface.ts";
import { checkExports } from "../../scripts/check_exports.ts";
import { camelCase, checkNames } from "../../scripts/check_names.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const TABLE: NameTable = {
  words: { readline: "read_line" },
  names: {
    asyncio: {
      StreamReader: "StreamReader",
      create_task: "createTask",
      Queue: { name: "Queue", later: "queues" },
      set_event_loop: { absent: "loops are values" },
    },
  },
  members: { StreamReader: { readline: "readLine", at_eof: "atEof", read_all: { name: "readAll", later: "reading" } } },
  own: {
    names: { until: "waits for a promise", Items: { later: "signals", why: "what can be iterated" } },
    members: { StreamReader: { next: "the step of `for await`" } },
  },
};

class Base {
  atEof() {}
}
class StreamReader extends Base {
  readLine() {}
  next() {}
}
const LOADED = { StreamReader, createTask: () => {}, until: () => {} };
const SURFACE: Surface = { exports: new Set([...Object.keys(LOADED), "TaskOptions"]), members: new Map() };

function withNames(names: Partial<NameTable>): NameTable {
  return { ...TABLE, ...names };
}

describe("the rule of names", () => {
  it("is Python's name in JavaScript's case", () => {
    const words = { readline: "read_line", isfuture: "is_future" };
    const expected = {
      call_soon_threadsafe: "callSoonThreadsafe",
      n_waiting: "nWaiting",
      readline: "readLine",
      isfuture: "isFuture",
      getaddrinfo: "getaddrinfo",
      TaskGroup: "TaskGroup",
      FIRST_COMPLETED: "FIRST_COMPLETED",
    };
    for (const [name, ours] of Object.entries(expected)) assert.equal(camelCase(name, words), ours);
  });

  it("holds for the whole table, whose parts all have a reason", () => {
    assert.deepEqual(checkNames(TABLE), []);
    const problemsOf = (names: Partial<NameTable>) => checkNames(withNames(names)).join("\n");
    assert.match(
      problemsOf({ names: { asyncio: { create_task: "create_task" } } }),
      /called create_task, and by the rule it would be createTask/,
    );
    assert.match(problemsOf({ names: { asyncio: { Queue: { name: "Fifo", later: "queues" } } } }), /called Fifo/);
    assert.match(problemsOf({ names: { asyncio: { Queue: { absent: " " } } } }), /asyncio.Queue: it says nothing/);
    assert.match(problemsOf({ words: { readline: "read_line", drain: "dr_ain" } }), /words.drain: no name has this word/);
    assert.match(problemsOf({ words: { readline: "readLine" } }), /no way to split it/);
    assert.match(problemsOf({ own: { names: { createTask: "ours" }, members: {} } }), /own.createTask: asyncio has this name/);
    assert.match(problemsOf({ own: { names: { wait_until: "ours" }, members: {} } }), /wait_until: it is not in JavaScript's case/);
    assert.match(problemsOf({ own: { names: { until: "" }, members: {} } }), /own.until: it says nothing/);
    assert.match(
      problemsOf({ own: { names: {}, members: { StreamReader: { atEof: "ours" }, Lock: {} } } }),
      /own.StreamReader.atEof: asyncio has this name/,
    );
    assert.match(problemsOf({ own: { names: {}, members: { Lock: {} } } }), /own.Lock: the members of this type are not in the table/);
  });
});

describe("the check of the exports", () => {
  const problemsOf = (table: NameTable, surface = SURFACE, loaded: Readonly<Record<string, unknown>> = LOADED) =>
    checkExports(table, surface, loaded);

  it("finds nothing where all is as the table has it", () => {
    assert.deepEqual(problemsOf(TABLE), []);
  });

  it("wants what is not for later, and nothing that is", () => {
    const { createTask: _gone, ...less } = LOADED;
    const lessSurface = { ...SURFACE, exports: new Set(Object.keys(less)) };
    assert.deepEqual(problemsOf(TABLE, lessSurface, less), ["createTask: it is missing"]);
    const more = problemsOf(TABLE, { ...SURFACE, exports: new Set([...SURFACE.exports, "Items"]) }, { ...LOADED, Queue: class {} });
    assert.deepEqual(more, [
      "Queue: it is there, and the table still has it for later (queues)",
      "Items: it is there, and the table still has it for later (signals)",
    ]);
  });

  it("refuses exports that the table does not know, apart from options", () => {
    const surface = { ...SURFACE, exports: new Set([...SURFACE.exports, "Extra"]) };
    assert.deepEqual(problemsOf(TABLE, surface), ["Extra: it is exported, and the table does not know it"]);
  });

  it("looks at the members of classes, inherited ones and declared ones too", () => {
    class Less {
      readLine() {}
      readAll() {}
      other() {}
      _hidden() {}
    }
    assert.deepEqual(problemsOf(TABLE, SURFACE, { ...LOADED, StreamReader: Less }), [
      "StreamReader.atEof: it is missing",
      "StreamReader.readAll: it is there, and the table still has it for later (reading)",
      "StreamReader.next: it is missing",
      "StreamReader.other: it is public, and the table does not know it",
    ]);
    const { StreamReader: _type, ...values } = LOADED;
    const members = new Map([
      ["StreamReader", { names: new Set(["readLine", "next"]), bases: ["Base"] }],
      ["Base", { names: new Set(["atEof"]), bases: [] }],
    ]);
    assert.deepEqual(problemsOf(TABLE, { ...SURFACE, members }, values), []);
  });
});
