// not on deno: Deno does not tell a sender that nobody listens
import { DatagramProtocol, type Future, getRunningLoop, run, sleep, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Client extends DatagramProtocol {
    readonly error: Future<Error>;

    constructor(error: Future<Error>) {
      super();
      this.error = error;
    }

    override errorReceived(error: Error) {
      if (!this.error.done()) this.error.setResult(error);
    }

    override connectionLost(error: Error | null) {
      emit("lost", error);
    }
  }

  function* program() {
    const loop = getRunningLoop();
    const [spare] = yield* loop.createDatagramEndpoint(() => new DatagramProtocol(), { localAddr: { host: "127.0.0.1", port: 0 } });
    const address = spare.getExtraInfo("sockname");
    spare.close();
    yield* sleep(20);
    const error = loop.createFuture<Error>();
    const [transport] = yield* loop.createDatagramEndpoint(() => new Client(error), { remoteAddr: address });
    transport.sendTo("anybody?");
    emit("error_received:", (yield* waitFor(error, 5000)).constructor, "closing:", transport.isClosing());
    transport.close();
    yield* sleep(20);
  }

  await run(program);
}
