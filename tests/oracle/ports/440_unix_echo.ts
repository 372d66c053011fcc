import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openUnixConnection, run, sleep, startUnixServer, type StreamReader, type StreamWriter } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    for (let line = yield* reader.readLine(); line.length > 0; line = yield* reader.readLine()) {
      writer.write(new TextDecoder().decode(line).toUpperCase());
    }
    emit("server saw the end");
    writer.close();
  }

  function* program() {
    const folder = fs.mkdtempSync(join(tmpdir(), "tsyncio-"));
    try {
      const path = join(folder, "s.sock");
      const server = yield* startUnixServer(handle, path);
      const [reader, writer] = yield* openUnixConnection(path);
      writer.write("over a file name\n");
      emit(yield* reader.readLine());
      writer.close();
      yield* writer.waitClosed();
      yield* sleep(20);
      server.close();
      yield* server.waitClosed();
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }

  await run(program);
}
