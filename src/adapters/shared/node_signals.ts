/**
 * SignalDriver over `process.on`, which is the same on all hosts.
 *
 * How often a signal came is not told: Deno calls back once for a burst.
 *
 * @module
 */
import type { SignalDriver } from "../../runtime/runtime.ts";
import { toOSError } from "./error_map.ts";
import { hostGlobals } from "./host.ts";

/** The driver. */
export function nodeSignals(): SignalDriver {
  return new NodeSignals();
}

class NodeSignals implements SignalDriver {
  add(signal: string, callback: () => void): void {
    try {
      hostGlobals().process!.on(signal, callback);
    } catch (error) {
      throw toOSError(error, `handle ${signal}`);
    }
  }

  remove(signal: string, callback: () => void): void {
    hostGlobals().process!.off(signal, callback);
  }
}
