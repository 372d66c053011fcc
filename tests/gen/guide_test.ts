import { checkGuide, readGuide } from "../_kit/guide.ts";
import { assert, describe, it } from "../_kit/mod.ts";

checkGuide("gen.md");

describe("docs/gen.md", () => {
  it("names what is absent", () => {
    const guide = readGuide("gen.md");
    for (const name of ["engine", "Callback", "Wait", "WaitAll"]) assert.ok(guide.includes(`gen.${name}`), name);
  });
});
