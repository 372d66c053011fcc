/**
 * A tour: a server and 206 clients in one program, over real sockets.
 *
 *     deno task demo [-- --runtime deno|bun|node]
 *
 * The server welcomes each client and answers each line in capitals, but never the line "think". 200 clients are connected and talk to it
 * at once, one waits for an answer until it is cancelled, one until its patience is over. A group of four shares the work of a queue, until one
 * of them fails, and all of them end. Then everything ends in an orderly way.
 *
 * A coroutine is a generator driven by `yield*`, or an async function. Here the server and the 200 clients are generators, the others
 * async functions; which is which makes no difference to any of them.
 */
import {
  coroutine,
  createTask,
  Event,
  type ExceptionGroup,
  gather,
  isCancelled,
  openConnection,
  Queue,
  run,
  startServer,
  type StreamReader,
  type StreamWriter,
  taskGroup,
  timeout,
  TimeoutError,
} from "../../mod.ts";

const CLIENTS = 200;
const LINES = 20;

const began = performance.now();
const counts = { welcomed: 0, served: 0, open: 0, mostOpen: 0, answers: 0, cancelled: 0, goodbyes: 0, timeouts: 0, stopped: 0 };
const everybody = new Event(); // set when all of the 200 are welcomed
const question = new Event(); // set when somebody has asked the server to think

// ---------------------------------------------------------------- the server

/** Serves one client. It runs as a task of its own; if it failed, only its own connection would end. */
function* serve(reader: StreamReader, writer: StreamWriter) {
  counts.mostOpen = Math.max(counts.mostOpen, ++counts.open);
  try {
    writer.write("welcome\n");
    for (;;) {
      const line = text(yield* reader.readLine());
      if (line === "") return; // the client has closed
      if (line === "goodbye\n") counts.goodbyes++;
      else if (line === "think\n") question.set();
      else {
        writer.write(line.toUpperCase());
        yield* writer.drain(); // waits if the client does not keep up
      }
    }
  } finally {
    counts.open--;
    counts.served++;
    writer.close();
  }
}

// ---------------------------------------------------------------- the clients

/** Connects, and waits to be welcomed. `coroutine` makes of a generator what both kinds can wait for: with `yield*` and with `await`. */
const connect = coroutine(function* (port: number) {
  const [reader, writer] = yield* openConnection("127.0.0.1", port);
  yield* reader.readLine();
  return { reader, writer };
});

/** Exchanges 20 lines with the server. A generator: exact, and the fastest form. */
function* talk(port: number, name: string) {
  const { reader, writer } = yield* connect(port);
  if (++counts.welcomed === CLIENTS) everybody.set();
  yield* everybody.wait();
  for (let i = 1; i <= LINES; i++) {
    writer.write(`${name}, line ${i}\n`);
    const answer = text(yield* reader.readLine());
    if (answer !== `${name}, line ${i}\n`.toUpperCase()) throw new Error(`${name} got a wrong answer: ${answer}`);
    counts.answers++;
  }
  writer.close();
  yield* writer.waitClosed();
}

/** Waits for an answer that never comes. An ordinary async function: it knows nothing of being cancelled. */
async function waitPatiently(port: number) {
  const { reader, writer } = await connect(port);
  try {
    writer.write("think\n");
    await reader.readLine();
  } catch (error) {
    if (isCancelled(error)) say("the slow client: cancelled in the middle of reading a line");
    throw error;
  } finally {
    writer.write("goodbye\n"); // cleaning up may use the socket, and wait
    await writer.drain();
    say("the slow client: said goodbye over its socket");
    writer.close();
    await writer.waitClosed();
  }
}

/** Waits 100 milliseconds for an answer, and no longer. */
async function waitImpatiently(port: number) {
  const { reader, writer } = await connect(port);
  writer.write("think\n");
  try {
    await timeout(100, () => reader.readLine());
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    counts.timeouts++;
    say("the impatient client: no answer in 100 ms, gave up");
  }
  writer.close();
  await writer.waitClosed();
}

/** Has the server answer jobs of a queue, over a connection of its own, until it is stopped or meets a job that cannot be done. */
function* work(port: number, jobs: Queue<string>) {
  const { reader, writer } = yield* connect(port);
  let asked = false;
  try {
    for (;;) {
      const job = yield* jobs.get();
      if (job === "job 20") throw new Error(`${job} cannot be done`);
      writer.write(`${job}\n`);
      asked = true;
      yield* reader.readLine();
      asked = false;
    }
  } catch (error) {
    if (isCancelled(error)) counts.stopped++;
    throw error;
  } finally {
    if (asked) yield* reader.readLine(); // the answer is on its way
    writer.close();
    yield* writer.waitClosed();
  }
}

/** Four workers and who gives them work: if one of them fails, the group ends the others, waits for that, and tells what went wrong. */
async function workTogether(port: number) {
  const jobs = new Queue<string>(5); // has room for five: whoever puts in more waits
  try {
    await taskGroup(async (group) => {
      for (let i = 0; i < 4; i++) group.createTask(() => work(port, jobs));
      for (let i = 1;; i++) await jobs.put(`job ${i}`);
    });
  } catch (error) {
    const [reason] = (error as ExceptionGroup).errors;
    say(`a group of 4 workers: ${(reason as Error).message}, so the ${counts.stopped} others were stopped`);
  }
}

// ---------------------------------------------------------------- the program

async function main() {
  const server = await startServer(serve, "127.0.0.1", 0); // port 0: any that is free
  const port = server.sockets[0]!.address.port;
  say(`the server listens on port ${port}`);

  say(`${CLIENTS} clients send ${LINES} lines each, and wait for each answer`);
  await gather(Array.from({ length: CLIENTS }, (_, i) => () => talk(port, `client ${i + 1}`)));
  say(`all of them are done: ${counts.answers} answers, over ${counts.mostOpen} connections at once`);

  const slow = createTask(() => waitPatiently(port), { name: "the slow client" });
  await question.wait();
  say("the server was asked to think; main cancels the slow client");
  const impatient = createTask(() => waitImpatiently(port), { name: "the impatient client" });
  slow.cancel();
  await gather([slow, impatient], { returnExceptions: true });
  if (slow.cancelled()) counts.cancelled++;

  await workTogether(port);

  server.close(); // no new clients
  await server.waitClosed(); // and the last one has gone
  say("the server is closed");
}

function say(what: string): void {
  console.log(`${(performance.now() - began).toFixed(0).padStart(6)} ms  ${what}`);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

await run(main);

const { served, answers, cancelled, goodbyes, timeouts, open } = counts;
const seconds = ((performance.now() - began) / 1000).toFixed(2);
console.log(`
${served} clients served, ${answers} lines answered, ${cancelled} client cancelled, ${goodbyes} goodbye received,
${timeouts} timeout, ${open} connections left open, ${seconds} s in all.`);
