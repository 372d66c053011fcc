import { checkGuide } from "../_kit/guide.ts";

checkGuide("tls.md");
