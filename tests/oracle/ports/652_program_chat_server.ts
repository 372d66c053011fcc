import { openConnection, run, startServer, type StreamReader, type StreamWriter } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const trimmed = (line: Uint8Array) => new TextDecoder().decode(line).trim();

  class Room {
    readonly writers = new Map<string, StreamWriter>();

    say(text: string, but?: string) {
      for (const [name, writer] of this.writers) {
        if (name !== but) writer.write(`${text}\n`);
      }
    }

    *handle(reader: StreamReader, writer: StreamWriter) {
      const name = trimmed(yield* reader.readLine());
      this.say(`${name} joins`);
      this.writers.set(name, writer);
      writer.write("welcome\n");
      for (let step = yield* reader.next(); !step.done; step = yield* reader.next()) {
        this.say(`${name}: ${trimmed(step.value)}`, name);
      }
      this.writers.delete(name);
      this.say(`${name} leaves`);
      writer.close();
    }
  }

  function* program() {
    const room = new Room();
    const server = yield* startServer((reader, writer) => room.handle(reader, writer), "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;

    function* join(name: string) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(`${name}\n`);
      emit(name, "hears", yield* reader.readLine());
      return [reader, writer] as const;
    }

    const ann = yield* join("ann");
    const bob = yield* join("bob");
    emit("ann hears", yield* ann[0].readLine());
    ann[1].write("hi bob\n");
    emit("bob hears", yield* bob[0].readLine());
    bob[1].write("hi ann\n");
    emit("ann hears", yield* ann[0].readLine());
    bob[1].close();
    yield* bob[1].waitClosed();
    emit("ann hears", yield* ann[0].readLine());
    ann[1].close();
    yield* ann[1].waitClosed();
    server.close();
    yield* server.waitClosed();
  }

  await run(program);
}
