import { checkGuide } from "../_kit/guide.ts";

checkGuide("testing.md");
