"""A consumer in a process of its own, to be killed or stopped: it prints the id of each task it is
handed and never lets go of it.

    python -m tests.contract.consumer_process MODULE:FUNCTION URL NAME

FUNCTION(URL, NAME) is the source to run.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path

from domain.model.wakeup import Verdict, Wakeup
from ports.wakeup_source import WakeupSource

SourceAt = Callable[[str, str], WakeupSource]

ROOT = Path(__file__).parents[2]
SLOTS = 2


class Consumer:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def holds(self) -> str:
        """The next task id it was handed."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the consumer ended by itself"
        return line.decode().strip()

    async def stop(self, within_s: float) -> int | None:
        """Its exit status, or None if it does not end in time."""
        self._process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), within_s)
        return self._process.returncode

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def consumer_process(source_at: SourceAt, url: str, name: str) -> AsyncIterator[Consumer]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, f"{source_at.__module__}:{source_at.__name__}", url, name,
        cwd=ROOT, env={"PYTHONPATH": f"{ROOT}/src:{ROOT}"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    consumer = Consumer(process)
    try:
        yield consumer
    finally:
        await consumer.kill()


async def keep(wakeup: Wakeup) -> Verdict:
    print(wakeup.task_id, flush=True)
    await asyncio.Event().wait()
    raise AssertionError


async def main(where: str, url: str, name: str) -> None:
    module, _, function = where.partition(":")
    source: WakeupSource = getattr(import_module(module), function)(url, name)
    consuming = asyncio.create_task(source.run(keep, SLOTS))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, consuming.cancel)
    with suppress(asyncio.CancelledError):
        await consuming


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
