import { DatagramProtocol, type DatagramTransport, getRunningLoop, type InetAddress, Queue, run, sleep, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Server extends DatagramProtocol {
    transport!: DatagramTransport;

    override connectionMade(transport: DatagramTransport) {
      this.transport = transport;
    }

    override datagramReceived(data: Uint8Array, address: InetAddress) {
      this.transport.sendTo(data.toReversed(), address);
    }
  }

  class Client extends DatagramProtocol {
    readonly queue: Queue<readonly [Uint8Array, InetAddress]>;

    constructor(queue: Queue<readonly [Uint8Array, InetAddress]>) {
      super();
      this.queue = queue;
    }

    override connectionMade(_transport: DatagramTransport) {
      emit("client made");
    }

    override datagramReceived(data: Uint8Array, address: InetAddress) {
      this.queue.putNowait([data, address]);
    }

    override connectionLost(error: Error | null) {
      emit("client lost", error);
    }
  }

  function* program() {
    const loop = getRunningLoop();
    const queue = new Queue<readonly [Uint8Array, InetAddress]>();
    const [st] = yield* loop.createDatagramEndpoint(() => new Server(), { localAddr: { host: "127.0.0.1", port: 0 } });
    const address = st.getExtraInfo("sockname");
    const [ct] = yield* loop.createDatagramEndpoint(() => new Client(queue), { remoteAddr: address });
    for (const data of ["abc", "x".repeat(4000), "de"]) {
      ct.sendTo(data);
      const [back, sender] = yield* waitFor(queue.get(), 5000);
      emit(back.length, back.subarray(0, 3), "from the server:", sender.host === address.host && sender.port === address.port);
    }
    ct.close();
    emit("closing:", ct.isClosing());
    yield* sleep(20);
    st.close();
    yield* sleep(20);
  }
  await run(() => program());
}
