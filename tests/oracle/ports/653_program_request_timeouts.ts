import { openConnection, run, startServer, type StreamReader, type StreamWriter, timeout, TimeoutError } from "tsyncio";

/** A server that drops idle clients: a request in time is answered, a silent client is cut off. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const decoder = new TextDecoder();

  function* handle(reader: StreamReader, writer: StreamWriter) {
    try {
      while (true) {
        const line = yield* timeout(150, function* () {
          return yield* reader.readLine();
        });
        if (line.length === 0) break;
        writer.write("answer to " + decoder.decode(line));
        yield* writer.drain();
      }
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      writer.write("too slow\n");
    } finally {
      writer.close();
    }
  }

  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const { port } = server.sockets[0]!.address as { port: number };
    const busy = yield* openConnection("127.0.0.1", port);
    const silent = yield* openConnection("127.0.0.1", port);
    for (const text of ["one\n", "two\n"]) {
      busy[1].write(text);
      emit("busy:", yield* busy[0].readLine());
    }
    busy[1].close();
    emit("silent:", yield* silent[0].readLine(), "end:", (yield* silent[0].read()).length);
    silent[1].close();
    server.close();
    yield* server.waitClosed();
  }

  await run(program);
}
