import { DatagramProtocol, type DatagramTransport, getRunningLoop, type InetAddress, Queue, run, sleep, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Server extends DatagramProtocol {
    transport!: DatagramTransport;
    readonly peers = new Map<string, number>();

    override connectionMade(transport: DatagramTransport) {
      this.transport = transport;
    }

    override datagramReceived(data: Uint8Array, address: InetAddress) {
      const key = `${address.host} ${address.port}`;
      const n = this.peers.get(key) ?? this.peers.size + 1;
      this.peers.set(key, n);
      this.transport.sendTo(`peer ${n} said ${new TextDecoder().decode(data)}`, address);
    }
  }

  class Client extends DatagramProtocol {
    readonly queue = new Queue<Uint8Array>();

    override datagramReceived(data: Uint8Array, _address: InetAddress) {
      this.queue.putNowait(data);
    }
  }

  function* program() {
    const loop = getRunningLoop();
    const [st] = yield* loop.createDatagramEndpoint(() => new Server(), { localAddr: { host: "127.0.0.1", port: 0 } });
    const address = st.getExtraInfo("sockname");
    const clients: [DatagramTransport, Client][] = [];
    for (let i = 0; i < 2; i++) clients.push(yield* loop.createDatagramEndpoint(() => new Client(), { remoteAddr: address }));
    for (const text of ["one", "two"]) {
      for (const [transport, protocol] of clients) {
        transport.sendTo(text);
        emit(yield* waitFor(protocol.queue.get(), 5000));
      }
    }
    for (const [transport, protocol] of clients) {
      emit("nothing else:", protocol.queue.empty());
      transport.close();
    }
    st.close();
    yield* sleep(20);
  }
  await run(() => program());
}
