/**
 * A pipeline like a crawler's, without a network: pages are fetched by a group of workers and indexed as they come.
 *
 *     deno run docs/examples/pipeline.ts        bun docs/examples/pipeline.ts        node docs/examples/pipeline.ts
 *
 *     todo (a queue of paths) ──▶ 5 fetchers ──▶ pages (a queue of 3) ──▶ 1 indexer ──▶ the index
 *       ▲                                                                    │
 *       └──────────────────────── links that are new ────────────────────────┘
 *
 * - `pages` is bounded: fetchers that are faster than the indexer wait for it.
 * - Each attempt to fetch has a limit of time; attempts that fail are made again, after pauses that grow.
 * - All tasks belong to one group: if one failed the others would be cancelled, and nothing is left running in any case.
 * - `todo.join()` tells when all that was found is done; then the queues are shut down, which ends the loops of the workers.
 *
 * The fetchers are generators, the indexer and the site are async functions.
 */
import { Event, Queue, run, Semaphore, sleep, taskGroup, timeout, TimeoutError } from "../../mod.ts";

interface Page {
  readonly path: string;
  readonly links: readonly string[];
}

const FETCHERS = 5;
const ATTEMPTS = 3;
/** Milliseconds that one attempt may take. */
const LIMIT = 200;

const counts = { attempts: 0, retries: 0, late: 0, refused: 0, open: 0, mostOpen: 0, mostWaiting: 0 };

// ---------------------------------------------------------------- the site: 30 pages, some of them difficult

const SIZE = 30;
/** How often a page refuses before it answers, and how often it does not answer at all. */
const REFUSES = new Map([[7, 2], [11, Infinity]]);
const HANGS = new Map([[13, 1], [17, Infinity]]);
const asked = new Map<number, number>();
const connections = new Semaphore(4); // the site serves four at a time

/** Fetches a page; an ordinary async function, which a timeout stops wherever it waits. */
async function fetchPage(path: string): Promise<Page> {
  const number = Number(path.slice(1));
  const permit = await connections.acquire();
  counts.mostOpen = Math.max(counts.mostOpen, ++counts.open);
  try {
    const before = asked.get(number) ?? 0;
    asked.set(number, before + 1);
    await sleep(2 + number % 5);
    if (before < (REFUSES.get(number) ?? 0)) throw new Error(`${path} is not to be had`);
    if (before < (HANGS.get(number) ?? 0)) await new Event().wait(); // which nobody sets
    const links = [2 * number + 1, 2 * number + 2, number * 7 % SIZE].filter((link) => link < SIZE);
    return { path, links: links.map((link) => `/${link}`) };
  } finally {
    counts.open--;
    permit[Symbol.dispose]();
  }
}

// ---------------------------------------------------------------- the stages

/** Takes paths from `todo` until that is shut down, and passes their pages on. */
function* fetcher(todo: Queue<string>, pages: Queue<Page>, failed: string[]) {
  for (let step = yield* todo.next(); !step.done; step = yield* todo.next()) {
    const path = step.value;
    const page = yield* retry(path);
    if (page !== null) {
      yield* pages.put(page); // waits while the indexer has enough to do
      continue;
    }
    failed.push(path);
    todo.taskDone();
  }
}

/** The page, or null when it could not be had in several attempts. */
function* retry(path: string) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) {
      counts.retries++;
      yield* sleep(5 * 2 ** attempt);
    }
    try {
      counts.attempts++;
      return yield* timeout(LIMIT, () => fetchPage(path));
    } catch (error) {
      if (error instanceof TimeoutError) counts.late++;
      else if (error instanceof Error && error.message.includes("not to be had")) counts.refused++;
      else throw error; // a cancellation for one: not for us to answer
      say(`${path}: attempt ${attempt} ${error instanceof TimeoutError ? `took more than ${LIMIT} ms` : "was refused"}`);
    }
  }
  return null;
}

/** Indexes pages until `pages` is shut down, and puts into `todo` what they lead to. */
async function indexer(todo: Queue<string>, pages: Queue<Page>, index: Map<string, number>): Promise<void> {
  const known = new Set(["/0"]);
  for await (const { path, links } of pages) {
    counts.mostWaiting = Math.max(counts.mostWaiting, pages.qsize());
    await sleep(8);
    for (const link of links) {
      index.set(link, (index.get(link) ?? 0) + 1);
      if (known.has(link)) continue;
      known.add(link);
      todo.putNowait(link);
    }
    index.set(path, index.get(path) ?? 0);
    todo.taskDone();
  }
}

// ---------------------------------------------------------------- the program

async function main(): Promise<void> {
  const todo = new Queue<string>();
  const pages = new Queue<Page>(3);
  const index = new Map<string, number>();
  const failed: string[] = [];

  await taskGroup(async (group) => {
    for (let i = 1; i <= FETCHERS; i++) group.createTask(() => fetcher(todo, pages, failed), { name: `fetcher ${i}` });
    group.createTask(() => indexer(todo, pages, index), { name: "indexer" });
    todo.putNowait("/0");
    await todo.join();
    say("nothing is left to do");
    todo.shutdown();
    pages.shutdown();
  });

  const links = [...index.values()].reduce((sum, count) => sum + count, 0);
  const givenUp = failed.sort().join(", ");
  console.log(`
${index.size - failed.length} pages indexed, ${failed.length} given up (${givenUp}), ${links} links found.
${counts.attempts} attempts, ${counts.retries} of them again; ${counts.refused} refused, ${counts.late} too late.
At most ${counts.mostOpen} connections at once and ${counts.mostWaiting} pages waiting; ${counts.open} connections left open.`);
}

const began = performance.now();

function say(what: string): void {
  console.log(`${(performance.now() - began).toFixed(0).padStart(6)} ms  ${what}`);
}

await run(main);
