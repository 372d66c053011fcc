// The package at work: lines echoed over TCP and a cancelled task, both written as a generator and as an async function.
import { createTask, gather, isCancelled, openConnection, run, sleep, startServer } from "tsyncio";

const decoder = new TextDecoder();

async function serveAsync(reader, writer) {
  const line = await reader.readLine();
  writer.write(line);
  await writer.drain();
  writer.close();
  await writer.waitClosed();
}

function* serveGenerator(reader, writer) {
  const line = yield* reader.readLine();
  writer.write(line);
  yield* writer.drain();
  writer.close();
  yield* writer.waitClosed();
}

async function askAsync(port) {
  const [reader, writer] = await openConnection("127.0.0.1", port);
  writer.write("async\n");
  await writer.drain();
  const answer = await reader.readLine();
  writer.close();
  await writer.waitClosed();
  return decoder.decode(answer);
}

function* askGenerator(port) {
  const [reader, writer] = yield* openConnection("127.0.0.1", port);
  writer.write("generator\n");
  yield* writer.drain();
  const answer = yield* reader.readLine();
  writer.close();
  yield* writer.waitClosed();
  return decoder.decode(answer);
}

async function stubbornAsync(seen) {
  try {
    await sleep(60_000);
  } catch (error) {
    seen.push(`async: ${isCancelled(error) ? error.message : error}`);
    throw error;
  } finally {
    await sleep(1);
    seen.push("async: cleaned up");
  }
}

function* stubbornGenerator(seen) {
  try {
    yield* sleep(60_000);
  } catch (error) {
    seen.push(`generator: ${isCancelled(error) ? error.message : error}`);
    throw error;
  } finally {
    yield* sleep(1);
    seen.push("generator: cleaned up");
  }
}

async function echo(serve) {
  const server = await startServer(serve, "127.0.0.1", 0);
  const { port } = server.sockets[0].address;
  const answers = await gather([askGenerator(port), () => askAsync(port)]);
  server.close();
  await server.waitClosed();
  return answers;
}

async function cancel() {
  const seen = [];
  const tasks = [createTask(stubbornGenerator(seen)), createTask(() => stubbornAsync(seen))];
  await sleep(1);
  for (const task of tasks) task.cancel("enough");
  const outcomes = await gather(tasks, { returnExceptions: true });
  return [...seen.sort(), ...outcomes.map(isCancelled), ...tasks.map((task) => task.cancelled())];
}

const results = await run(async () => ({
  served: { byAsync: await echo(serveAsync), byGenerator: await echo(serveGenerator) },
  cancelled: await cancel(),
}));
console.log(JSON.stringify(results));
