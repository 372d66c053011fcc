/**
 * A runtime whose time is virtual: hours pass in milliseconds, and every run of a program takes the same course.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { defaultRuntime } from "../adapters/default_runtime.ts";
import type { Clock, ContextStorage, Hold, HostLoop, TimerToken } from "../runtime/host.ts";
import type { NetDriver } from "../runtime/net_driver.ts";
import type { TlsDriver } from "../runtime/tls_driver.ts";
import type { UdpDriver } from "../runtime/udp_driver.ts";
import type { UnixDriver } from "../runtime/unix_driver.ts";
import { MemoryNetwork } from "./memory_network.ts";
import { seededRandom } from "./seeded_random.ts";

/** How virtual time begins. */
export interface VirtualRuntimeOptions {
  /** What the clock shows at first, in milliseconds. @default 0 */
  readonly start?: number;
  /**
   * Decides in what order runs what is ready in a turn of a loop, callbacks of `callSoon` included: what works in one order only is found out. The same
   * seed gives the same order. Without one it is the rule of `callSoon`: first come, first served.
   */
  readonly seed?: number;
  /** What it connects to, listens on and resolves names by. @default one of its own, in which nothing is slow, cut or lost */
  readonly network?: MemoryNetwork;
}

/**
 * So many turns of the host in a row must bring nothing before the clock jumps. One lets all microtasks run; the others are for short
 * chains of foreign callbacks.
 */
const QUIET_TURNS = 5;
/** So many milliseconds of real time foreign work may take while no timer is set, before the program counts as stuck. */
const PATIENCE = 100;
/** Deadlines are sums of numbers with fractions; what differs by less is the same time. */
const RESOLUTION = 1e-6;

/**
 * A runtime for tests: `new EventLoop({ runtime: new VirtualRuntime() })`, or more simply `runVirtual`. Its network is in memory; it has no processes,
 * no signals and no workers; asynchronous context and TLS are those of the host. Loops on one such runtime share its time and its network.
 *
 * Its clock stands still while anything is to be done, and jumps to the next timer when nothing is. Nobody can know whether a native promise that
 * somebody awaits will settle, so the rule is: **the clock jumps when five turns of the host in a row have brought nothing for the loop.**
 * Promises and the microtasks behind them have settled by then, and short chains of `setImmediate`; input, output and real timers usually
 * have not, so these lose against any timer of the program, however long it is.
 *
 * The time of a timer is exact: what waits until 0.1 goes on at 0.1, however long the clock has run.
 */
export class VirtualRuntime {
  /** Which runtime it is. */
  readonly name: "virtual" = "virtual";
  /** @internal */
  readonly clock: Clock;
  /** @internal */
  readonly host: HostLoop;
  /** @internal */
  readonly context: ContextStorage;
  /** @internal */
  readonly net: NetDriver;
  /** @internal */
  readonly udp: UdpDriver;
  /** @internal */
  readonly unix: UnixDriver;
  /** @internal */
  readonly tls?: TlsDriver;
  /** @internal */
  readonly _time: VirtualTime;
  /** @internal */
  random: (() => number) | undefined = undefined;

  /**
   * A clock of its own.
   *
   * @throws TypeError when `start` or `seed` is no number, RangeError when it is not finite, RuntimeError when the network belongs to another runtime.
   */
  constructor(options: VirtualRuntimeOptions = {}) {
    const { start = 0, seed, network = new MemoryNetwork() } = options;
    checkFinite(start, "start the virtual clock");
    if (seed !== undefined) checkFinite(seed, "choose an order by a seed");
    this._orderBy(seed);
    const { host, context, tls } = defaultRuntime();
    const time = new VirtualTime(host, start);
    this._time = time;
    this.clock = { now: () => time.now, resolution: RESOLUTION };
    this.host = time;
    this.context = context;
    network._follow(this);
    this.net = network._net;
    this.udp = network._udp;
    this.unix = network._unix;
    if (tls !== undefined) this.tls = tls;
  }

  /**
   * From now on the order is that of `seed`; first come, first served without one.
   * @internal
   */
  _orderBy(seed: number | undefined): void {
    this.random = seed === undefined ? undefined : seededRandom(seed);
  }
}

function checkFinite(value: unknown, action: string): void {
  if (typeof value !== "number") throw new TypeError(`Cannot ${action}: a number was expected, got ${typeName(value)}`);
  if (!Number.isFinite(value)) throw new RangeError(`Cannot ${action}: ${value} is not finite`);
}

interface VirtualTimer {
  readonly deadline: number;
  readonly callback: () => void;
}

/**
 * The virtual clock, and the host's event loop with the timers on that clock.
 *
 *     awake ── QUIET_TURNS turns with nothing to do ──▶ a timer is set: the clock jumps to it ──▶ awake
 *       ▲                                          └──▶ none is set: patient
 *       └─── anything the loop asks of the host ────────────┤
 *                                                           └── PATIENCE, and as many turns again ──▶ stuck
 */
class VirtualTime implements HostLoop {
  now: number;
  /** Called once nothing can happen any more, while someone holds the process. */
  onStuck: (() => void) | null = null;
  readonly #host: HostLoop;
  /** There is one for each loop that rests, so a set that is searched will do. */
  readonly #timers = new Set<VirtualTimer>();
  #holds = 0;
  /** Callbacks that wait for a turn of the host. */
  #enqueued = 0;
  #quietTurns = 0;
  #watching = false;
  #patience: { readonly token: TimerToken } | null = null;
  #patienceOver = false;
  readonly #onTurn = (): void => this.#hostTurn();

  constructor(host: HostLoop, start: number) {
    this.#host = host;
    this.now = start;
  }

  enqueue(callback: () => void): void {
    this.#enqueued++;
    this.#stir();
    this.#host.enqueue(() => {
      this.#enqueued--;
      this.#stir();
      callback();
    });
  }

  setTimer(delay: number, callback: () => void, deadline: number = this.now + delay): TimerToken {
    const timer: VirtualTimer = { deadline: Math.max(deadline, this.now), callback };
    this.#timers.add(timer);
    this.#stir();
    return timer;
  }

  clearTimer(token: TimerToken): void {
    this.#timers.delete(token as VirtualTimer);
  }

  hold(): Hold {
    const hold = this.#host.hold();
    this.#holds++;
    this.#stir();
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#holds--;
      if (this.#holds === 0) this.#forgetPatience();
      hold.release();
    };
    return { release };
  }

  /** Something happens: the quiet turns are counted anew. */
  #stir(): void {
    this.#quietTurns = 0;
    this.#forgetPatience();
    this.#watch();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#host.enqueue(this.#onTurn);
  }

  #hostTurn(): void {
    this.#watching = false;
    if (this.#holds === 0 && this.#timers.size === 0) return;
    if (this.#enqueued === 0) this.#quietTurns++;
    if (this.#quietTurns < QUIET_TURNS) this.#watch();
    else if (this.#timers.size > 0) this.#jump();
    else if (this.#patienceOver) this.#giveUp();
    else this.#bePatient();
  }

  /** To the earliest timer; of those at one time the one that was set first. */
  #jump(): void {
    let next: VirtualTimer | null = null;
    for (const timer of this.#timers) if (next === null || timer.deadline < next.deadline) next = timer;
    this.#timers.delete(next!);
    this.now = Math.max(this.now, next!.deadline);
    this.#stir();
    next!.callback();
  }

  #bePatient(): void {
    if (this.onStuck === null || this.#patience !== null) return;
    const token = this.#host.setTimer(PATIENCE, () => {
      this.#patience = null;
      this.#patienceOver = true;
      this.#quietTurns = 0; // what came in while the thread was busy gets its turns
      this.#watch();
    });
    this.#patience = { token };
  }

  #forgetPatience(): void {
    this.#patienceOver = false;
    if (this.#patience === null) return;
    this.#host.clearTimer(this.#patience.token);
    this.#patience = null;
  }

  #giveUp(): void {
    this.#forgetPatience();
    this.onStuck?.();
  }
}
