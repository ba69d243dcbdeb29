"""The end of a process whose device failed: soon, and whatever else still hangs."""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress

from entrypoints.own_words import last_words
from entrypoints.worker.heartbeat import Heartbeat
from entrypoints.worker.watch import InHand

EXIT_SICK = 72
SETTLE_S = 2.0
"""For what is in hand to be written down; what is not by then is handed back."""
LAST_WRITES_S = 3.0
GONE_BY_S = 4.5
MAX_CHARS = 500


class Sickness:
    """Told by the device's thread why the device can't be trusted any more. `end` is `os._exit`:
    an orderly end would call the device once more, which may hang."""

    def __init__(self, end: Callable[[int], object] = os._exit, gone_by_s: float = GONE_BY_S):
        self._end, self._gone_by_s = end, gone_by_s
        self._told = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard = asyncio.Event()

    def __call__(self, why: str) -> None:
        """The timer comes first: the loop may hang, and so may whoever reads stderr. The loop comes
        last: it may end the process at once, and nobody would know why."""
        timer = threading.Timer(self._gone_by_s, self.end)
        timer.daemon = True
        timer.start()
        line = " ".join(why.split())[:MAX_CHARS]
        last_words(f"The device failed, so this process ends: {line}")
        self._told = True
        if self._loop is not None:
            with suppress(RuntimeError):  # closed: the process is ending anyway
                self._loop.call_soon_threadsafe(self._heard.set)

    def end(self) -> None:
        self._end(EXIT_SICK)

    async def heard(self) -> None:
        """Returns once the device has failed."""
        self._loop = asyncio.get_running_loop()
        if not self._told:
            await self._heard.wait()


async def end_when_sick(sickness: Sickness, heartbeat: Heartbeat, in_hand: InHand) -> None:
    """Say so, let the ledger know what becomes of the tasks in hand, and go. The inference takes
    no more work by then, and lets no result go."""
    await sickness.heard()
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_WRITES_S):
            last = heartbeat.fall_sick(), in_hand.let_go(SETTLE_S)
            await asyncio.gather(*last, return_exceptions=True)
    sickness.end()
