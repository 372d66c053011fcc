/**
 * Echo by UDP: a server, and clients who ask again when nothing comes back.
 *
 *     deno run -A docs/examples/udp_echo.ts        bun docs/examples/udp_echo.ts        node docs/examples/udp_echo.ts
 *
 * Datagrams may get lost, be doubled or overtake each other. So each question has a number, a client waits a while for the answer that has it, passes
 * over what it has heard before, and asks again. For the networks inside one machine hardly lose anything, the server drops every eighth datagram.
 */
import {
  DatagramProtocol,
  type DatagramTransport,
  gather,
  getRunningLoop,
  type InetAddress,
  Queue,
  run,
  timeout,
  TimeoutError,
} from "../../mod.ts";

const CLIENTS = 5;
const QUESTIONS = 20;
/** Milliseconds until a client asks again. */
const PATIENCE = 50;

const counts = { received: 0, dropped: 0, sent: 0, again: 0, answered: 0, stale: 0, open: 0 };

/** What all endpoints here have: they count while they are open. */
class Endpoint extends DatagramProtocol {
  transport!: DatagramTransport;

  override connectionMade(transport: DatagramTransport): void {
    this.transport = transport;
    counts.open++;
  }

  override connectionLost(_error: Error | null): void {
    counts.open--;
  }
}

class Server extends Endpoint {
  /** One call for each datagram, which tells who sent it: there are no connections. */
  override datagramReceived(data: Uint8Array, address: InetAddress): void {
    if (++counts.received % 8 === 0) counts.dropped++;
    else this.transport.sendTo(data, address);
  }
}

class Client extends Endpoint {
  readonly #answers = new Queue<string>(100);

  override datagramReceived(data: Uint8Array): void {
    if (!this.#answers.full()) this.#answers.putNowait(new TextDecoder().decode(data)); // what finds no room is lost, as on its way
  }

  /** Sends the question until its answer comes. */
  *ask(question: string) {
    for (let attempt = 1;; attempt++) {
      if (attempt > 1) counts.again++;
      counts.sent++;
      this.transport.sendTo(question);
      try {
        return yield* timeout(PATIENCE, () => this.#answerTo(question));
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
    }
  }

  *#answerTo(question: string) {
    for (;;) {
      const answer = yield* this.#answers.get();
      if (answer === question) return answer;
      counts.stale++; // to a question that was asked twice
    }
  }
}

function* talk(server: InetAddress, name: string) {
  // With a remote address the endpoint hears nobody else.
  const [transport, client] = yield* getRunningLoop().createDatagramEndpoint(() => new Client(), { remoteAddr: server });
  try {
    for (let i = 1; i <= QUESTIONS; i++) {
      yield* client.ask(`${name}, question ${i}`);
      counts.answered++;
    }
  } finally {
    transport.close();
  }
}

async function main(): Promise<void> {
  const [transport] = await getRunningLoop().createDatagramEndpoint(() => new Server(), { localAddr: { host: "127.0.0.1", port: 0 } });
  const address = transport.getExtraInfo("sockname");
  console.log(`the server has ${address.host}, port ${address.port}`);
  try {
    await gather(Array.from({ length: CLIENTS }, (_, i) => () => talk(address, `client ${i + 1}`)));
  } finally {
    transport.close();
  }
}

await run(main);

console.log(`
${CLIENTS} clients sent ${counts.sent} datagrams, ${counts.again} of them again; the server got ${counts.received} and dropped ${counts.dropped}.
${counts.answered} of ${
  CLIENTS * QUESTIONS
} questions are answered, ${counts.stale} answers came twice or late; ${counts.open} endpoints are left open.`);
