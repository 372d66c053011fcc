import { getRunningLoop, type InetAddress, Protocol, run, sleep, type Transport } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const same = (a: unknown, b: unknown) =>
    (a as InetAddress).host === (b as InetAddress).host && (a as InetAddress).port === (b as InetAddress).port;
  function* program() {
    const loop = getRunningLoop();
    const made = loop.createFuture<Transport>();
    class Server extends Protocol {
      override connectionMade(transport: Transport) {
        made.setResult(transport);
      }
    }
    const server = yield* loop.createServer(() => new Server(), { host: "127.0.0.1", port: 0 });
    const address = server.sockets[0]!.address;
    const [transport] = yield* loop.createConnection(() => new Protocol(), address);
    const peer = yield* made;
    emit("peername is the server's address:", same(transport.getExtraInfo("peername"), address));
    emit("addresses match:", same(transport.getExtraInfo("sockname"), peer.getExtraInfo("peername")));
    emit("unknown:", transport.getExtraInfo("nothing" as "socket"), transport.getExtraInfo("nothing" as "socket", "fallback"));
    peer.write("nobody listens");
    peer.close();
    yield* sleep(50);
    emit("closed by eof:", transport.isClosing());
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
