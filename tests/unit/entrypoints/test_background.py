import asyncio

import pytest

from adapters.telemetry.memory import MemoryTelemetry
from domain.model.events import LoopFailed
from entrypoints.background import beside, every, started
from ports.lifecycle import Lifecycle

pytestmark = pytest.mark.anyio


class Part(Lifecycle):
    def __init__(self, name: str, log: list[str], broken: bool = False) -> None:
        self.name, self.log, self.broken = name, log, broken

    async def start(self) -> None:
        self.log.append(f"start {self.name}")
        if self.broken:
            raise OSError(self.name)

    async def aclose(self) -> None:
        self.log.append(f"close {self.name}")


async def test_parts_close_in_reverse() -> None:
    log: list[str] = []
    async with started([Part("a", log), object(), Part("b", log)]):
        log.append("work")
    assert log == ["start a", "start b", "work", "close b", "close a"]


async def test_what_was_started_is_closed_when_the_next_fails() -> None:
    log: list[str] = []
    with pytest.raises(OSError, match="b"):
        async with started([Part("a", log), Part("b", log, broken=True), Part("c", log)]):
            log.append("work")
    assert log == ["start a", "start b", "close b", "close a"]


async def test_a_loop_outlives_its_errors() -> None:
    telemetry, calls = MemoryTelemetry(), asyncio.Semaphore(0)

    async def fails() -> None:
        calls.release()
        raise OSError("again")

    async with beside(every(0, "test", fails, telemetry)):
        for _ in range(3):
            await asyncio.wait_for(calls.acquire(), 10)
    failed = [event for event in telemetry.events if isinstance(event, LoopFailed)]
    assert len(failed) >= 2
    assert "again" in failed[0].text


async def test_the_death_of_a_loop_is_heard() -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def dies() -> None:
        raise ZeroDivisionError("gone")

    async with beside(dies(), on_death=heard.put_nowait):
        assert "gone" in await asyncio.wait_for(heard.get(), 10)


async def test_stopping_a_loop_is_no_death() -> None:
    heard: list[str] = []
    async with beside(asyncio.sleep(60), on_death=heard.append):
        pass
    assert heard == []
