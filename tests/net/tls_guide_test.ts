import { describeGuide } from "../_kit/guide.ts";

describeGuide("tls");
