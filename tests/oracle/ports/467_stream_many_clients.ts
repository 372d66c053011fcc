import { gather, openConnection, run, sleep, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const decode = (data: Uint8Array) => new TextDecoder().decode(data);
  function* handle(reader: StreamReader, writer: StreamWriter) {
    for (;;) {
      const line = decode(yield* reader.readLine());
      if (line === "") break;
      writer.write(line.slice(0, -1).repeat(2) + "\n");
      yield* writer.drain();
    }
    writer.close();
  }
  function* client(port: number, n: number) {
    const [reader, writer] = yield* openConnection("127.0.0.1", port);
    let right = true;
    for (let i = 0; i < 5; i++) {
      writer.write(`${n}.${i};\n`);
      yield* writer.drain();
      right &&= decode(yield* reader.readLine()) === `${n}.${i};${n}.${i};\n`;
      yield* sleep(0);
    }
    writer.close();
    yield* writer.waitClosed();
    return right;
  }
  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    const results = yield* gather(Array.from({ length: 20 }, (_, n) => () => client(port, n)));
    emit("clients", results.length, "all right", results.every(Boolean));
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
