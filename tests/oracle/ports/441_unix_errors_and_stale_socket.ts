import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileNotFoundError, openUnixConnection, OSError, run, startUnixServer, type StreamReader, type StreamWriter } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  // deno-lint-ignore require-yield -- the handler of the program does not wait
  function* handle(_reader: StreamReader, writer: StreamWriter) {
    writer.close();
  }

  function* program() {
    const folder = fs.mkdtempSync(join(tmpdir(), "tsyncio-"));
    try {
      const path = join(folder, "s.sock");
      try {
        yield* openUnixConnection(path);
      } catch (error) {
        if (!(error instanceof FileNotFoundError)) throw error;
        emit("no path:", error.constructor);
      }
      let server = yield* startUnixServer(handle, path);
      server.close();
      yield* server.waitClosed();
      emit("file left behind:", fs.existsSync(path));
      try {
        yield* openUnixConnection(path);
      } catch (error) {
        if (!(error instanceof OSError)) throw error;
        emit("after close:", error.constructor);
      }
      server = yield* startUnixServer(handle, path);
      const [reader, writer] = yield* openUnixConnection(path);
      emit("second server answers:", (yield* reader.read()).length);
      writer.close();
      server.close();
      yield* server.waitClosed();
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }

  await run(program);
}
