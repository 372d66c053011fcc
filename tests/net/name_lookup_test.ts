import { fileURLToPath } from "node:url";
import {
  AddressInfoError,
  type AddressInfoOptions,
  AI_ADDRCONFIG,
  AI_ALL,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
  createTask,
  getRunningLoop,
  isCancelled,
  OSError,
  sleep,
  UnsupportedOperationError,
  until,
} from "../../mod.ts";
import { canonicalAddress, familyOf, mappedAddress, unmappedAddress } from "../../src/net/ip_address.ts";
import type { NetDriver, Outcome, ServiceName } from "../../src/runtime/net_driver.ts";
import { absent, startForeign } from "../_kit/foreign.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runQuietly, runtimeWith, TestNet } from "./_support.ts";
import { failureOf, openIn } from "./_tls_support.ts";

const PYTHON = fileURLToPath(new URL("./_python_names.py", import.meta.url));
/** A name that the resolver refuses without asking anybody: its first part is too long. */
const UNKNOWN = `${"a".repeat(64)}.invalid`;

/** Runs with a network that the test plays. */
function withNet(main: (net: TestNet) => Promise<void>): Promise<void> {
  const net = new TestNet();
  return runQuietly(() => main(net), { runtime: runtimeWith(net) });
}

/** Answers in the shape of Python's: family, type, canonical name, host, port. */
async function ask(host: string | null, port: number | string | null, options: AddressInfoOptions = {}): Promise<unknown[]> {
  const found = await getRunningLoop().getaddrinfo(host, port, options);
  return found.map(({ family, type, canonname, address }) => {
    assert.equal(address.family, family);
    return [family, type, canonname, address.host, address.port];
  });
}

async function codeOf(call: () => PromiseLike<unknown>): Promise<string | undefined> {
  const error = await failureOf(call);
  assert.ok(error instanceof AddressInfoError, String(error));
  return error.code;
}

describe("getaddrinfo", () => {
  it("gives each address for each type of socket", () =>
    runQuietly(async () => {
      assert.deepEqual(await ask("127.0.0.1", 80), [
        ["IPv4", "stream", "", "127.0.0.1", 80],
        ["IPv4", "datagram", "", "127.0.0.1", 80],
      ]);
      assert.deepEqual(await ask("::1", null, { type: "datagram" }), [["IPv6", "datagram", "", "::1", 0]]);
      assert.deepEqual(await ask("0:0:0:0:0:0:0:1", "8080", { type: "stream" }), [["IPv6", "stream", "", "::1", 8080]]);
    }));

  it("asks the host for names, of the family that is wanted", () =>
    runQuietly(async () => {
      assert.deepEqual(await ask("localhost", 7, { family: "IPv4", type: "stream" }), [["IPv4", "stream", "", "127.0.0.1", 7]]);
      assert.ok((await ask("localhost", 7, { type: "stream", flags: AI_ADDRCONFIG })).length > 0);
      assert.equal(await codeOf(() => ask(UNKNOWN, 7)), "EAI_NONAME");
    }));

  it("is for this machine without a host", () =>
    runQuietly(async () => {
      assert.deepEqual(await ask(null, 80, { type: "stream" }), [["IPv6", "stream", "", "::1", 80], [
        "IPv4",
        "stream",
        "",
        "127.0.0.1",
        80,
      ]]);
      assert.deepEqual(await ask(null, 80, { type: "stream", flags: AI_PASSIVE }), [
        ["IPv4", "stream", "", "0.0.0.0", 80],
        ["IPv6", "stream", "", "::", 80],
      ]);
      assert.deepEqual(await ask(null, "http", { family: "IPv6", flags: AI_PASSIVE }), [["IPv6", "stream", "", "::", 80]]);
    }));

  it("knows services, and for which types", () =>
    runQuietly(async () => {
      assert.deepEqual(await ask("127.0.0.1", "https", { type: "stream" }), [["IPv4", "stream", "", "127.0.0.1", 443]]);
      assert.deepEqual(await ask("127.0.0.1", "www"), [["IPv4", "stream", "", "127.0.0.1", 80]]);
      assert.deepEqual(await ask("127.0.0.1", "domain"), [
        ["IPv4", "stream", "", "127.0.0.1", 53],
        ["IPv4", "datagram", "", "127.0.0.1", 53],
      ]);
      assert.deepEqual(await ask("127.0.0.1", "syslog"), [["IPv4", "datagram", "", "127.0.0.1", 514]]);
      assert.equal(await codeOf(() => ask("127.0.0.1", "syslog", { type: "stream" })), "EAI_SERVICE");
      assert.equal(await codeOf(() => ask("127.0.0.1", "no-such-service")), "EAI_SERVICE");
      assert.equal(await codeOf(() => ask(UNKNOWN, "no-such-service")), "EAI_SERVICE", "services come first");
      assert.equal(await codeOf(() => ask("127.0.0.1", "http", { flags: AI_NUMERICSERV })), "EAI_NONAME");
    }));

  it("says in its errors what was asked, and why there is no answer", () =>
    runQuietly(async () => {
      const error = await failureOf(() => ask("127.0.0.1", "gopher-ng", {}));
      assert.equal(error.message, "Cannot resolve 127.0.0.1 port gopher-ng: the service is not known (EAI_SERVICE)");
      assert.equal((error as OSError).address, "127.0.0.1");
      const unknown = await failureOf(() => ask(UNKNOWN, 1));
      assert.equal(unknown.message, `Cannot resolve ${UNKNOWN}: the name is not known (EAI_NONAME)`);
      assert.ok(unknown.cause instanceof Error);
      assert.match(
        (await failureOf(() => ask("127.0.0.1", 1, { family: "IPv6" }))).message,
        /^Cannot resolve 127\.0\.0\.1: .+ \(EAI_ADDRFAMILY\)$/,
      );
    }));

  it("gives IPv4 addresses as IPv6 where it is asked to", () =>
    withNet(async (net) => {
      const lookup = (flags: number) => createTask(() => ask("example.test", 1, { family: "IPv6", type: "stream", flags }));
      const none = new AddressInfoError("none", { code: "EAI_NONAME" });
      const [six, four] = [[{ address: "2001:db8::1", family: "IPv6" }], [{ address: "192.0.2.1", family: "IPv4" }]] as const;
      const mapped = ["IPv6", "stream", "", "::ffff:192.0.2.1", 1];
      const own = ["IPv6", "stream", "", "2001:db8::1", 1];
      let asked = 0;
      const answer = async (...answers: (typeof six | typeof four | null)[]): Promise<void> => {
        for (const found of answers) (await net.asked(net.lookups, ++asked)).outcome(found === null ? none : null, found);
      };
      for (
        const [flags, answers, expected] of [
          [AI_V4MAPPED, [six], [own]],
          [AI_V4MAPPED, [null, four], [mapped]],
          [AI_V4MAPPED | AI_ALL, [six, four], [own, mapped]],
          [AI_V4MAPPED | AI_ALL, [six, null], [own]],
          [AI_ALL, [six], [own]],
        ] as const
      ) {
        const task = lookup(flags);
        await answer(...answers);
        assert.deepEqual(await task, expected);
      }
      const task = lookup(AI_V4MAPPED);
      await answer(null, null);
      assert.equal(await codeOf(() => task), "EAI_NONAME");
      const broken = lookup(AI_V4MAPPED);
      (await net.asked(net.lookups, ++asked)).outcome(new AddressInfoError("down", { code: "EAI_AGAIN" }), null);
      assert.equal(await codeOf(() => broken), "EAI_AGAIN");
      assert.equal(net.lookups.length, asked);
    }));

  it("refuses bad arguments at the call", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      for (const host of [7, undefined, {}]) assert.throws(() => void loop.getaddrinfo(host as never, 1), TypeError);
      for (const port of [undefined, {}, true]) assert.throws(() => void loop.getaddrinfo("::1", port as never), TypeError);
      for (const port of [-1, 65536, 1.5, NaN, "65536"]) assert.throws(() => void loop.getaddrinfo("::1", port), RangeError);
      assert.throws(() => void loop.getaddrinfo("::1", 1, { family: "IPv5" as never }), RangeError);
      assert.throws(() => void loop.getaddrinfo("::1", 1, { type: "raw" as never }), RangeError);
      assert.throws(() => void loop.getaddrinfo("::1", 1, { flags: "1" as never }), TypeError);
      await sleep(0);
    }));

  it("is refused on a runtime without a network, but for addresses", () =>
    runQuietly(async () => {
      assert.ok(await failureOf(() => ask("localhost", 1)) instanceof UnsupportedOperationError);
      assert.equal((await ask("127.0.0.1", 1)).length, 2);
    }, { runtime: runtimeWith(undefined) }));

  it("gives up waiting when it is cancelled, and passes on what the driver throws", () =>
    withNet(async (net) => {
      const loop = getRunningLoop();
      const before = openIn(loop);
      for (const answered of [false, true]) {
        const task = createTask(() => loop.getaddrinfo("example.test", 1));
        const question = await net.asked(net.lookups, answered ? 2 : 1);
        if (answered) question.outcome(null, [{ address: "192.0.2.1", family: "IPv4" }]);
        task.cancel();
        assert.ok(isCancelled(await failureOf(() => task)));
        assert.equal(question.abandoned || answered, true);
      }
      assert.equal(openIn(loop), before);
      net.lookup = () => {
        throw new OSError("denied", { code: "EPERM" });
      };
      assert.equal((await failureOf(() => loop.getaddrinfo("example.test", 1))).message, "denied");
    }));
});

/** A network that knows the names of addresses. */
class NamingNet extends TestNet {
  readonly questions: { readonly address: string; readonly port: number; readonly outcome: Outcome<ServiceName>; abandoned: boolean }[] =
    [];

  lookupService(address: string, port: number, outcome: Outcome<ServiceName>): () => void {
    const question = { address, port, outcome, abandoned: false };
    this.questions.push(question);
    return () => {
      question.abandoned = true;
    };
  }
}

describe("getnameinfo", () => {
  it("gives names, and the address and number themselves when asked for numbers", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      assert.deepEqual(await loop.getnameinfo({ host: "127.0.0.1", port: 80 }), ["localhost", "http"]);
      assert.deepEqual(await loop.getnameinfo({ host: "127.0.0.1", port: 80 }, { numeric: true }), ["127.0.0.1", "80"]);
      assert.deepEqual(await loop.getnameinfo({ host: "0:0::0:1", port: 443 }, { numeric: true }), ["::1", "443"]);
    }));

  it("falls back to the numbers for what has no name", () => {
    const net = new NamingNet();
    return runQuietly(async () => {
      const loop = getRunningLoop();
      for (const [host, port, service] of [["192.0.2.1", 443, "https"], ["2001:DB8::1", 4, "4"], ["192.0.2.1", 0, "0"]] as const) {
        const task = createTask(() => loop.getnameinfo({ host, port }));
        await sleep(0);
        const question = net.questions.at(-1)!;
        assert.deepEqual([question.address, question.port], [host.toLowerCase(), port]);
        question.outcome(new AddressInfoError("none", { code: "EAI_NONAME" }), null);
        assert.deepEqual(await task, [host.toLowerCase(), service]);
      }
    }, { runtime: runtimeWith(net) });
  });

  it("needs no host that knows names", () =>
    withNet(async () => {
      assert.deepEqual(await getRunningLoop().getnameinfo({ host: "127.0.0.1", port: 22 }), ["127.0.0.1", "ssh"]);
    }));

  it("takes the host's word for services, and its own where the host has a number", () => {
    const net = new NamingNet();
    return runQuietly(async () => {
      const loop = getRunningLoop();
      const expected: [ServiceName, number, string][] = [[{ hostname: "a.test", service: "special" }, 22, "special"], [
        { hostname: "a.test", service: "22" },
        22,
        "ssh",
      ], [{ hostname: "a.test", service: "1" }, 1, "1"]];
      for (const [found, port, service] of expected) {
        const task = createTask(() => loop.getnameinfo({ host: "192.0.2.1", port }));
        await sleep(0);
        net.questions.at(-1)!.outcome(null, found);
        assert.deepEqual(await task, ["a.test", service]);
      }
    }, { runtime: runtimeWith(net) });
  });

  it("throws what is no missing name, and gives up waiting when it is cancelled", () => {
    const net = new NamingNet();
    return runQuietly(async () => {
      const loop = getRunningLoop();
      const before = openIn(loop);
      const failing = createTask(() => loop.getnameinfo({ host: "192.0.2.1", port: 1 }));
      const waiting = createTask(() => loop.getnameinfo({ host: "192.0.2.2", port: 1 }));
      await sleep(0);
      net.questions[0]!.outcome(new AddressInfoError("down", { code: "EAI_AGAIN" }), null);
      assert.equal(await codeOf(() => failing), "EAI_AGAIN");
      waiting.cancel();
      assert.ok(isCancelled(await failureOf(() => waiting)));
      assert.deepEqual([net.questions[1]!.abandoned, openIn(loop)], [true, before]);
    }, { runtime: runtimeWith(net as NetDriver) });
  });

  it("refuses names, paths and what is no address", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      assert.equal(await codeOf(() => loop.getnameinfo({ host: "localhost", port: 80 })), "EAI_NONAME");
      assert.equal(await codeOf(() => loop.getnameinfo({ path: "/tmp/s" })), "EAI_FAMILY");
      for (const address of [null, "127.0.0.1", { port: 1 }, { host: 1, port: 1 }]) {
        assert.throws(() => void loop.getnameinfo(address as never), TypeError);
      }
      assert.throws(() => void loop.getnameinfo({ host: "::1", port: 65536 }), RangeError);
    }));
});

describe("with CPython", () => {
  const skip = absent("python3", ["--version"]);
  const addresses: [string | null, number | string | null, AddressInfoOptions["family"], "" | "stream" | "datagram", number][] = [];
  for (const family of ["unspec", "IPv4", "IPv6"] as const) {
    for (const host of ["127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "::FFFF:1.2.3.4", "1:0:0:2:0:0:0:3", null, ""]) {
      for (const type of ["", "stream", "datagram"] as const) {
        for (const flags of [0, AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_V4MAPPED, AI_V4MAPPED | AI_ALL]) {
          addresses.push([host, 80, family, type, flags]);
        }
        for (const port of ["http", "https", "domain", "ntp", "80", "", "no-such-service", null]) {
          addresses.push([host, port, family, type, 0]);
        }
      }
      addresses.push([host, "http", family, "", AI_NUMERICSERV], [host, 80, family, "", 1 << 20]);
    }
  }
  for (const family of ["unspec", "IPv4"] as const) {
    for (const flags of [0, AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_V4MAPPED]) {
      addresses.push(["localhost", "http", family, "", flags]);
    }
  }
  for (const service of [80, "http", "no-such-service"]) addresses.push(["no-address", service, "unspec", "", AI_NUMERICHOST]);
  const names: [string, number, boolean][] = [0, 22, 80, 443, 5432, 60_000].flatMap((port): [string, number, boolean][] => [
    ["127.0.0.1", port, false],
    ["127.0.0.1", port, true],
    ["0:0:0:0:0:0:0:1", port, true],
    ["localhost", port, false],
  ]);

  it("all answers are the same", () =>
    runQuietly(async () => {
      const program = startForeign("python3", [PYTHON, JSON.stringify({ addresses, names })]);
      assert.equal(await until(program.ended), 0, program.output());
      const theirs = JSON.parse(program.output()) as { addresses: unknown[]; names: unknown[] };
      const ours = { addresses: [] as unknown[], names: [] as unknown[] };
      for (const [host, port, family, type, flags] of addresses) {
        ours.addresses.push(await outcome(() => ask(host, port, { family: family!, flags, ...(type === "" ? {} : { type }) })));
      }
      for (const [host, port, numeric] of names) {
        ours.names.push(await outcome(() => getRunningLoop().getnameinfo({ host, port }, { numeric })));
      }
      assert.deepEqual(differences(addresses, ours.addresses, theirs.addresses), []);
      assert.deepEqual(differences(names, ours.names, theirs.names), []);
    }), { skip });
});

/** What was asked where the answers differ, with both. */
function differences(questions: readonly unknown[], ours: readonly unknown[], theirs: readonly unknown[]): string[] {
  assert.equal(theirs.length, questions.length);
  return questions.flatMap((question, index) => {
    const [one, other] = [ours, theirs].map((answers) => JSON.stringify(answers[index]));
    return one === other ? [] : [`${JSON.stringify(question)}: ${one}, CPython ${other}`];
  });
}

/** The answer, or the code of the error. */
async function outcome(call: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    assert.ok(error instanceof AddressInfoError, String(error));
    return error.code;
  }
}

describe("addresses", () => {
  it("are written as everybody writes them", () => {
    const spellings: [string, string][] = [
      ["::", "::"],
      ["0:0:0:0:0:0:0:0", "::"],
      ["::1", "::1"],
      ["1::", "1::"],
      ["1:0:0:0:0:0:0:0", "1::"],
      ["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
      ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
      ["::ffff:102:304", "::ffff:1.2.3.4"],
      ["::1.2.3.4", "::1.2.3.4"],
      ["::FFFF:1.2.3.4", "::ffff:1.2.3.4"],
      ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
      ["FE80::1%eth0", "fe80::1%eth0"],
      ["127.0.0.1", "127.0.0.1"],
      ["010.000.0.01", "10.0.0.1"],
    ];
    for (const [given, expected] of spellings) assert.equal(canonicalAddress(given), expected, given);
    assert.equal(familyOf(mappedAddress("192.0.2.1")), "IPv6");
    assert.equal(unmappedAddress(mappedAddress("192.0.2.1")), "192.0.2.1");
    for (const other of ["::1", "::1.2.3.4", "192.0.2.1"]) assert.equal(unmappedAddress(other), null);
  });
});
