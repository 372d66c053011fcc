/**
 * A chat whose room has three doors: TLS at once; plain TCP, where nothing can be said before STARTTLS; and a unix socket, for this machine.
 *
 *     deno run -A docs/examples/tls_chat.ts                                        a server, some guests, and the end (or bun, or node)
 *     deno run -A docs/examples/tls_chat.ts serve 8443 8080 /tmp/chat.sock         a server, until Ctrl-C
 *
 *     openssl s_client -quiet -connect localhost:8443 -CAfile tests/net/certs/ca.pem
 *     openssl s_client -quiet -connect localhost:8443 -CAfile tests/net/certs/ca.pem -cert tests/net/certs/client.pem -key tests/net/certs/client.key
 *
 * A guest says a name, and then lines, which all others get. Who shows a certificate of the right authority is called by the name in it: the server
 * asks for one, takes none for an answer, and refuses all others. Each guest has a queue of what is to be told to it. Who does not read loses the
 * connection once the queue is full, and nobody else waits.
 *
 * The certificates are those of the tests. Their keys are public: use others.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import {
  createSslContext,
  createTask,
  Event,
  ExceptionGroup,
  gather,
  isCancelled,
  openConnection,
  openUnixConnection,
  OSError,
  Queue,
  run,
  type Server,
  SSLCertVerificationError,
  type SslContext,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
  taskGroup,
  timeout,
  TimeoutError,
} from "../../mod.ts";

const HOST = "127.0.0.1";
/** Milliseconds that a guest may take to say a name. */
const PATIENCE = 10_000;
/** Milliseconds that guests have, at the end, to read what they have been told. */
const GRACE = 2000;
/** How many lines a guest may be behind. */
const MOST_BEHIND = 100;

let open = 0;

// ---------------------------------------------------------------- the room

/** Somebody in the room. */
class Guest {
  readonly gone = new Event();
  readonly #outbox = new Queue<string>(MOST_BEHIND);
  readonly #writer: StreamWriter;

  constructor(writer: StreamWriter) {
    this.#writer = writer;
  }

  /** Never waits. */
  tell(line: string): void {
    if (this.#outbox.full()) this.#writer.transport.abort();
    else this.#outbox.putNowait(`${line}\n`);
  }

  /** Sends what is told, as fast as the guest reads, until the end. */
  *sendAll() {
    for (let step = yield* this.#outbox.next(); !step.done; step = yield* this.#outbox.next()) {
      this.#writer.write(step.value);
      yield* this.#writer.drain();
    }
  }

  /** Nothing more is told. */
  end(): void {
    this.#outbox.shutdown();
  }
}

class Room {
  readonly #guests = new Map<string, Guest>();

  isFree(name: string): boolean {
    return /^\w{1,20}$/.test(name) && !this.#guests.has(name);
  }

  enter(name: string, guest: Guest, door: string): void {
    guest.tell(`* here are: ${[...this.#guests.keys()].join(", ") || "nobody"}`);
    this.tellAll(`* ${name} has come in by ${door}`);
    this.#guests.set(name, guest);
  }

  leave(name: string): void {
    if (this.#guests.delete(name)) this.tellAll(`* ${name} has left`);
  }

  tellAll(line: string, but = ""): void {
    for (const [name, guest] of this.#guests) if (name !== but) guest.tell(line);
  }

  /** Says good night to all, and waits a while until they have heard it. */
  async close(): Promise<void> {
    const guests = [...this.#guests.values()];
    this.tellAll("* good night");
    this.#guests.clear();
    for (const guest of guests) guest.end();
    await timeout(GRACE, () => gather(guests.map((guest) => () => guest.gone.wait()))).catch((error) => {
      if (!(error instanceof TimeoutError)) throw error;
    });
  }
}

// ---------------------------------------------------------------- the server

/** Serves one guest. It runs as a task of its own; if it failed, only its own connection would end. */
function* serve(room: Room, door: string, reader: StreamReader, writer: StreamWriter) {
  open++;
  try {
    const name = yield* timeout(PATIENCE, () => nameOf(room, reader, writer));
    if (name !== null) yield* entertain(room, door, name, reader, writer);
    writer.close();
    yield* writer.waitClosed();
  } catch (error) {
    if (!isLoss(error)) throw error;
  } finally {
    writer.transport.abort(); // does nothing when all went well
    open--;
  }
}

/** An error of the guest's or the network's, maybe of several tasks; nothing that is wrong with this program. */
function isLoss(error: unknown): boolean {
  return error instanceof OSError || error instanceof TimeoutError || (error instanceof ExceptionGroup && error.errors.every(isLoss));
}

/** The name in the certificate, or what the guest says; null for somebody who goes. */
function* nameOf(room: Room, reader: StreamReader, writer: StreamWriter) {
  const proven = writer.getExtraInfo("peercert", null)?.subject["CN"];
  if (typeof proven === "string" && room.isFree(proven)) return proven;
  writer.write("* your name?\n");
  for (;;) {
    const line = yield* readLine(reader);
    if (line === null || room.isFree(line)) return line;
    writer.write("* another name, please\n");
  }
}

/** Passes on what the guest says and what the others say, until the guest goes or the room is closed. */
function* entertain(room: Room, door: string, name: string, reader: StreamReader, writer: StreamWriter) {
  const guest = new Guest(writer);
  room.enter(name, guest, door);
  try {
    yield* taskGroup(function* (group) {
      const listening = group.createTask(() => listen(room, name, guest, reader));
      yield* guest.sendAll();
      listening.cancel();
    });
  } finally {
    guest.gone.set();
    room.leave(name);
  }
}

function* listen(room: Room, name: string, guest: Guest, reader: StreamReader) {
  for (let line = yield* readLine(reader); line !== null; line = yield* readLine(reader)) room.tellAll(`${name}: ${line}`, name);
  room.leave(name);
  guest.end();
}

/** The door of plain TCP: nobody comes in by it without TLS. */
function* upgradeAndServe(room: Room, ssl: SslContext, reader: StreamReader, writer: StreamWriter) {
  writer.write("* say STARTTLS\n");
  if ((yield* readLine(reader)) !== "STARTTLS") return writer.close();
  writer.write("* go on by TLS\n");
  try {
    yield* writer.startTls(ssl);
  } catch (error) {
    if (error instanceof OSError) return;
    throw error;
  }
  yield* serve(room, "STARTTLS", reader, writer);
}

/** The next line; null at the end. */
function* readLine(reader: StreamReader) {
  const line = new TextDecoder().decode(yield* reader.readLine());
  return line === "" ? null : line.trimEnd();
}

/** Opens the doors. */
async function openDoors(room: Room, tlsPort: number, plainPort: number, path: string): Promise<readonly [Server, Server, Server]> {
  const ssl = createSslContext({ cert: file("localhost.pem"), key: file("localhost.key"), ca: file("ca.pem"), verifyMode: "optional" });
  return [
    await startServer((reader, writer) => serve(room, "TLS", reader, writer), HOST, tlsPort, { ssl }),
    await startServer((reader, writer) => upgradeAndServe(room, ssl, reader, writer), HOST, plainPort),
    await startUnixServer((reader, writer) => serve(room, "the unix socket", reader, writer), path),
  ];
}

function file(name: string): URL {
  return new URL(`../../tests/net/certs/${name}`, import.meta.url);
}

/** Closes the doors, and waits until everybody has left. */
async function closeDoors(room: Room, doors: readonly Server[]): Promise<void> {
  for (const door of doors) door.close();
  await room.close();
  for (const door of doors) door.closeClients(); // who has not said a name, say
  for (const door of doors) await door.waitClosed();
}

function portOf(door: Server): number {
  return door.sockets[0]!.address.port;
}

// ---------------------------------------------------------------- the guests

const TRUSTED = { ca: file("ca.pem") };

/** The connection has ended before what was waited for. */
class Unheard extends Error {}

/** A guest's side of a connection. */
class Visitor {
  readonly name: string;
  readonly #reader: StreamReader;
  readonly #writer: StreamWriter;

  constructor(name: string, [reader, writer]: readonly [StreamReader, StreamWriter]) {
    this.name = name;
    this.#reader = reader;
    this.#writer = writer;
  }

  async say(line: string): Promise<void> {
    this.#writer.write(`${line}\n`);
    await this.#writer.drain();
  }

  /** Prints what comes, up to a line. */
  async hear(last: string): Promise<void> {
    for (let line: string | null = null; line !== last;) {
      line = await readLineOf(this.#reader);
      if (line === null) throw new Unheard(`${this.name} has not heard ${last}`);
      console.log(`${this.name.padStart(6)} | ${line}`);
    }
  }

  /** Waits for the end. */
  async seeOut(): Promise<void> {
    await this.hear("* good night");
    await this.leave();
  }

  async leave(): Promise<void> {
    this.#writer.close();
    await this.#writer.waitClosed();
  }

  async startTls(): Promise<void> {
    await this.#writer.startTls(createSslContext(TRUSTED), { serverHostname: "localhost" });
  }
}

async function readLineOf(reader: StreamReader): Promise<string | null> {
  const line = new TextDecoder().decode(await reader.readLine());
  return line === "" ? null : line.trimEnd();
}

async function talk([byTls, byUpgrade]: readonly [Server, Server, Server], path: string): Promise<Visitor[]> {
  const ann = new Visitor(
    "ann",
    await openConnection(HOST, portOf(byTls), { ssl: createSslContext(TRUSTED), serverHostname: "localhost" }),
  );
  await ann.hear("* your name?");
  await ann.say("ann");
  await ann.hear("* here are: nobody");

  const ben = new Visitor("ben", await openConnection(HOST, portOf(byUpgrade)));
  await ben.hear("* say STARTTLS");
  await ben.say("STARTTLS");
  await ben.hear("* go on by TLS");
  await ben.startTls();
  await ben.hear("* your name?");
  await ben.say("ann");
  await ben.hear("* another name, please");
  await ben.say("ben");
  await ben.hear("* here are: ann");
  await ann.hear("* ben has come in by STARTTLS");

  const cat = new Visitor("cat", await openUnixConnection(path));
  await cat.hear("* your name?");
  await cat.say("cat");
  await cat.hear("* here are: ann, ben");
  await cat.say("good evening");
  for (const other of [ann, ben]) await other.hear("cat: good evening");

  const known = createSslContext({ ...TRUSTED, cert: file("client.pem"), key: file("client.key") });
  const client = new Visitor("client", await openConnection(HOST, portOf(byTls), { ssl: known, serverHostname: "localhost" }));
  await client.hear("* here are: ann, ben, cat");
  for (const other of [ann, ben, cat]) await other.hear("* client has come in by TLS");
  return [ann, ben, cat, client];
}

/** Those who do not come in. */
async function turnAway([byTls, byUpgrade]: readonly [Server, Server, Server]): Promise<void> {
  const dan = new Visitor("dan", await openConnection(HOST, portOf(byUpgrade)));
  await dan.hear("* say STARTTLS");
  await dan.say("psst, dan here, without TLS");
  try {
    await dan.hear("* good evening");
  } catch (error) {
    if (!(error instanceof Unheard)) throw error;
    console.log("   dan | (is not let in without TLS)");
  }
  await dan.leave();

  const forged = createSslContext({ ...TRUSTED, cert: file("stranger.pem"), key: file("stranger.key") });
  try {
    // TLS 1.3 tells a client only afterwards that its certificate was refused.
    const eve = new Visitor("eve", await openConnection(HOST, portOf(byTls), { ssl: forged, serverHostname: "localhost" }));
    await eve.hear("* your name?");
  } catch (error) {
    if (!(error instanceof OSError || error instanceof Unheard)) throw error;
    console.log("   eve | (is not let in with a certificate of somebody else's authority)");
  }

  try {
    const suspicious = createSslContext({ ca: file("other_ca.pem") });
    await openConnection(HOST, portOf(byTls), { ssl: suspicious, serverHostname: "localhost" });
  } catch (error) {
    if (!(error instanceof SSLCertVerificationError)) throw error;
    console.log("   flo | (does not trust the server)");
  }
}

// ---------------------------------------------------------------- the program

async function demonstrate(): Promise<void> {
  const folder = mkdtempSync(`${tmpdir()}/tls_chat-`);
  const path = `${folder}/socket`;
  try {
    const room = new Room();
    const doors = await openDoors(room, 0, 0, path);
    const [ann, ...others] = await talk(doors, path);
    await turnAway(doors);
    await ann!.leave();
    for (const other of others) await other.hear("* ann has left");
    const closing = createTask(() => closeDoors(room, doors));
    for (const other of others) await other.seeOut();
    await closing;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function serveUntilCancelled(tlsPort: number, plainPort: number, path: string): Promise<void> {
  const room = new Room();
  const doors = await openDoors(room, tlsPort, plainPort, path);
  console.log(`TLS at ${HOST}:${portOf(doors[0])}, STARTTLS at ${HOST}:${portOf(doors[1])}, and ${path}`);
  try {
    await new Event().wait(); // which nobody sets: Ctrl-C cancels it
  } finally {
    await closeDoors(room, doors);
  }
}

const [mode, tlsPort, plainPort, path] = process.argv.slice(2);

if (mode === undefined) {
  await run(demonstrate);
  console.log(`${open} connections are left open.`);
} else if (mode !== "serve" || path === undefined) {
  console.error("Usage: tls_chat.ts, or tls_chat.ts serve TLS_PORT STARTTLS_PORT PATH");
  process.exitCode = 2;
} else {
  try {
    await run(() => serveUntilCancelled(Number(tlsPort), Number(plainPort), path));
  } catch (error) {
    if (!isCancelled(error)) throw error;
  }
  console.log(`${open} connections are left open.`);
}
