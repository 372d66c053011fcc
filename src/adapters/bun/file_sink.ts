/**
 * What Bun writes to files and pipes with.
 *
 * @module
 */
import type { ByteSink } from "../shared/promise_pipe.ts";

/** Bun's FileSink. */
export interface FileSink {
  write(chunk: Uint8Array): number | Promise<number>;
  flush(): number | Promise<number>;
  end(): number | Promise<number>;
}

/** The same as a ByteSink. What `write` takes it may keep; `flush` sends it, and tells of a reader that has gone. */
export function sinkOf(sink: FileSink): ByteSink {
  const end = async (): Promise<void> => void await sink.end();
  return {
    write: async (chunk) => {
      await sink.write(chunk);
      await sink.flush();
    },
    close: end,
    abort: end,
  };
}
