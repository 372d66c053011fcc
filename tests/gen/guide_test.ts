import { describeGuide } from "../_kit/guide.ts";
import { assert, it } from "../_kit/mod.ts";

const guide = describeGuide("gen");

it("docs/gen.md names what is absent", () => {
  for (const name of ["engine", "Callback", "Wait", "WaitAll"]) assert.ok(guide.includes(`gen.${name}`), name);
});
