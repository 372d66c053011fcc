"""The workloads on CPython's asyncio: asyncio_programs.py WORKLOAD N WARM_UP. Prints one line of JSON."""

import asyncio
import gc
import json
import platform
import sys
import time

SPINNERS = 100
CONTENDERS = 1000
ONE_HOUR = 3600.0
SETTLE = 0.1
SIDE_BY_SIDE = 10
NULL = asyncio.subprocess.DEVNULL


class Meter:
    """Measures one run of a workload: seconds, unless the workload records something else."""

    def __init__(self):
        self.value = None
        self.start()

    def start(self):
        self.began = time.perf_counter()

    def stop(self):
        if self.value is None:
            self.value = time.perf_counter() - self.began

    def record(self, value):
        self.value = value


def delays(n):
    """Delays from 0 to 0.1 seconds, the same ones as in sample.ts."""
    state, made = 1, []
    for _ in range(n):
        state = state * 48_271 % 2_147_483_647
        made.append(state / 2_147_483_647 / 10)
    return made


def resident_bytes():
    with open("/proc/self/status", encoding="ascii") as status:
        kibibytes = next(line for line in status if line.startswith("VmRSS:")).split()[1]
    return int(kibibytes) * 1024


async def noop():
    pass


async def spawn_and_join(n, meter):
    await asyncio.gather(*[asyncio.create_task(noop()) for _ in range(n)])


async def spin(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def switch_tasks(n, meter):
    await asyncio.gather(*[asyncio.create_task(spin(n // SPINNERS)) for _ in range(SPINNERS)])


async def produce(queue, n):
    for item in range(n):
        await queue.put(item)


async def consume(queue, n):
    total = 0
    for _ in range(n):
        total += await queue.get()
    return total


def pass_items(maxsize):
    async def scenario(n, meter):
        queue = asyncio.Queue(maxsize)
        _, total = await asyncio.gather(asyncio.create_task(produce(queue, n)), asyncio.create_task(consume(queue, n)))
        assert total == n * (n - 1) // 2, "items were lost"

    return scenario


async def sleep_all(n, meter):
    every = delays(n)
    meter.start()
    await asyncio.gather(*[asyncio.create_task(asyncio.sleep(delay)) for delay in every])


async def schedule_and_cancel(n, meter):
    every = delays(n)
    loop = asyncio.get_running_loop()
    meter.start()
    timers = [loop.call_later(ONE_HOUR + delay, print) for delay in every]
    for timer in timers:
        timer.cancel()
    await asyncio.sleep(0)


async def enter_timeouts(n, meter):
    for _ in range(n):
        async with asyncio.timeout(ONE_HOUR):
            await asyncio.sleep(0)


async def acquire_and_release(lock, count):
    for _ in range(count):
        async with lock:
            await asyncio.sleep(0)


async def contend(n, meter):
    lock = asyncio.Lock()
    await asyncio.gather(*[asyncio.create_task(acquire_and_release(lock, n // CONTENDERS)) for _ in range(CONTENDERS)])


async def cancel_all(n, meter):
    loop = asyncio.get_running_loop()
    finished = 0

    async def block():
        nonlocal finished
        try:
            await loop.create_future()
        finally:
            finished += 1

    tasks = [asyncio.create_task(block()) for _ in range(n)]
    await asyncio.sleep(0)
    meter.start()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    meter.stop()
    assert finished == n, "not every task was cancelled"


async def park():
    await asyncio.get_running_loop().create_future()


async def park_all(n, meter):
    gc.collect()
    before = resident_bytes()
    tasks = [asyncio.create_task(park()) for _ in range(n)]
    await asyncio.sleep(SETTLE)
    gc.collect()
    await asyncio.sleep(SETTLE)
    meter.record((resident_bytes() - before) / n)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def echo(value):
    return value


async def call_thread(n, meter):
    await asyncio.to_thread(echo, 0)
    meter.start()
    for i in range(n):
        assert await asyncio.to_thread(echo, i) == i, "an answer was wrong"
    meter.stop()


def start_children(program, *args, stdout):
    async def start_all(left):
        for _ in left:
            child = await asyncio.create_subprocess_exec(program, *args, stdin=NULL, stdout=stdout, stderr=NULL)
            output, _ = await child.communicate()
            assert child.returncode == 0 and (output is None or output == b"hello\n"), "a child failed"

    async def scenario(n, meter):
        left = iter(range(n))
        await asyncio.gather(*[asyncio.create_task(start_all(left)) for _ in range(SIDE_BY_SIDE)])

    return scenario


SCENARIOS = {
    "W1": spawn_and_join,
    "W2": switch_tasks,
    "W3-q1": pass_items(1),
    "W3-q100": pass_items(100),
    "W4-sleep": sleep_all,
    "W4-cancel": schedule_and_cancel,
    "W4-timeout": enter_timeouts,
    "W5": contend,
    "W6": cancel_all,
    "W8-parked": park_all,
    "W9-null": start_children("/bin/true", stdout=NULL),
    "W9-pipe": start_children("/bin/echo", "hello", stdout=asyncio.subprocess.PIPE),
    "W10-thread": call_thread,
}


async def measure(workload, n, warm_up):
    scenario = SCENARIOS[workload]
    if warm_up > 0:
        await scenario(warm_up, Meter())
    meter = Meter()
    await scenario(n, meter)
    meter.stop()
    print(json.dumps({"value": meter.value, "version": platform.python_version()}))


if sys.argv[1] == "W8-parked" and not sys.platform.startswith("linux"):
    print(json.dumps({"unavailable": "the resident memory of Python is only read on Linux"}))
else:
    asyncio.run(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
