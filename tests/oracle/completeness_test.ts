import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { findPorts } from "../../scripts/_oracle/ports.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { LEFT_OUT, NOT_ON_HOST, ONE_FORM, OTHER_TRACE } from "./exceptions.ts";
import { SCENARIOS } from "./scenarios.ts";

const ports = findPorts(fileURLToPath(new URL("ports", import.meta.url)));
const traces = fs.readdirSync(new URL("expected", import.meta.url));
const ported = new Set(ports.map((port) => port.name));

describe("oracle", () => {
  it("has a port or a reason for every scenario", () => {
    const missing = SCENARIOS.filter((name) => !ported.has(name) && !(name in LEFT_OUT));
    assert.deepEqual(missing, []);
  });

  it("gives no reason for a scenario that has a port", () => {
    const stale = ports.filter(({ name }) => name in LEFT_OUT).map(({ name }) => name);
    assert.deepEqual(stale, []);
  });

  it("gives reasons only for scenarios that exist", () => {
    const names = [LEFT_OUT, NOT_ON_HOST, ONE_FORM, OTHER_TRACE].flatMap((table) => Object.keys(table));
    assert.deepEqual(names.filter((name) => !SCENARIOS.includes(name)), []);
  });

  it("has ports of scenarios only, each with its trace", () => {
    const unknown = ports.filter(({ name }) => !SCENARIOS.includes(name) || !traces.includes(`${name}.txt`));
    assert.deepEqual(unknown.map(({ name }) => name), []);
  });

  it("has traces only of scenarios that have a port or a reason to have none", () => {
    const names = traces.map((file) => file.replace(/(\.async)?\.txt$/, ""));
    assert.deepEqual(names.filter((name) => !ported.has(name) && !(name in LEFT_OUT)), []);
  });

  it("lists every port that has one form, with the reason that its first line gives", () => {
    const said = ports.flatMap(({ name, only, reason }) => only === undefined ? [] : [[name, `${only} only: ${reason}`]]);
    assert.deepEqual(Object.fromEntries(said), ONE_FORM);
  });

  it("lists every port that a host cannot run, with the reason that its first lines give", () => {
    const said = ports.filter(({ notOn }) => Object.keys(notOn).length > 0).map(({ name, notOn }) => [name, notOn]);
    assert.deepEqual(Object.fromEntries(said), NOT_ON_HOST);
  });

  it("lists every async twin that has a trace of its own", () => {
    const own = traces.filter((file) => file.endsWith(".async.txt")).map((file) => file.replace(/\.async\.txt$/, ""));
    assert.deepEqual(own.sort(), Object.keys(OTHER_TRACE).sort());
  });
});
