import { MemoryNetwork, type MemoryNetworkOptions, VirtualRuntime } from "../../src/testing/mod.ts";
import type { NetDriver } from "../../src/runtime/net_driver.ts";
import { checkNet } from "../conformance/check_net.ts";
import type { ForeignPeer } from "../conformance/check_net_attempts.ts";
import { GAPS } from "../conformance/host_gaps.ts";
import { connect, listen, Recorder } from "../conformance/net_peer.ts";

/** Peers that misbehave, in the same network. */
function peerIn(net: NetDriver, network: MemoryNetwork): ForeignPeer {
  return {
    async listenAndReset() {
      const listening = await listen(net);
      void listening.accepted().then((socket) => socket.start(new Recorder(() => socket.close(true))));
      return { port: listening.address.port, close: () => void listening.close() };
    },

    async connectAndReset(port) {
      (await connect(net, port)).close(true);
    },

    listenDeaf(port) {
      network.block("127.0.0.1", "drop", port);
      return Promise.resolve({ close: () => Promise.resolve(network.unblock("127.0.0.1", port)) });
    },
  };
}

function checkMemory(name: string, options: MemoryNetworkOptions): void {
  const network = new MemoryNetwork(options);
  const { net } = new VirtualRuntime({ network });
  checkNet(name, () => net, GAPS.memory.tcp, peerIn(net, network));
}

checkMemory("memory", {});
checkMemory("slow memory", { latency: [1, 30], capacity: 300_000, chunkSize: [1, 60_000], seed: 7 });
