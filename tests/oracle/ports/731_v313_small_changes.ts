import { DatagramProtocol, type Future, getRunningLoop, run, sleep, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Receiver extends DatagramProtocol {
    readonly got: Future<number>;

    constructor(got: Future<number>) {
      super();
      this.got = got;
    }

    override datagramReceived(data: Uint8Array) {
      this.got.setResult(data.length);
    }
  }

  function* program() {
    try {
      yield* sleep(NaN);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("nan:", error.constructor);
    }
    const loop = getRunningLoop();
    const got = loop.createFuture<number>();
    const [rt] = yield* loop.createDatagramEndpoint(() => new Receiver(got), { localAddr: { host: "127.0.0.1", port: 0 } });
    const [st] = yield* loop.createDatagramEndpoint(() => new DatagramProtocol(), { remoteAddr: rt.getExtraInfo("sockname") });
    st.sendTo("");
    emit("empty datagram, length", yield* waitFor(got, 5000));
    st.close();
    rt.close();
    yield* sleep(20);
  }

  await run(program);
}
