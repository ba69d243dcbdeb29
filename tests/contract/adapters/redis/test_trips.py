"""Callers share round trips: by a server that answers when the test says so."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from adapters.redis_trips import AT_ONCE, SharedTrips, Words

pytestmark = pytest.mark.anyio


class Server:
    """Answers each command with its first word, once `open` is set."""

    def __init__(self) -> None:
        self.trips: list[list[Words]] = []
        self.open = asyncio.Event()
        self.fault: Exception | None = None

    async def go(self, commands: Sequence[Words]) -> Sequence[Any]:
        self.trips.append(list(commands))
        await self.open.wait()
        if self.fault:
            raise self.fault
        return [ValueError("no") if words[0] == "wrong" else words[0] for words in commands]


@pytest.fixture
async def server() -> Server:
    return Server()


async def _asked(trips: SharedTrips, *names: str) -> list[asyncio.Task[Any]]:
    """One caller a name, each of whom has asked; what may travel does."""
    callers = [asyncio.create_task(trips(name)) for name in names]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return callers


async def _on_their_way(server: Server, trips: SharedTrips) -> list[asyncio.Task[Any]]:
    """As many callers as there may be trips, each on a trip of its own."""
    alone = []
    for number in range(AT_ONCE):
        alone += await _asked(trips, f"alone-{number}")
    assert len(server.trips) == AT_ONCE
    return alone


async def test_who_asks_at_once_goes_together(server: Server) -> None:
    server.open.set()
    trips = SharedTrips(server.go)
    found = await asyncio.gather(*map(trips, "abc"))
    assert found == ["a", "b", "c"]
    assert server.trips == [[("a",), ("b",), ("c",)]]


async def test_one_caller_after_the_other_is_answered(server: Server) -> None:
    """Also who asks at the very moment a trip ends."""
    server.open.set()
    trips = SharedTrips(server.go)
    async with asyncio.timeout(5):
        assert [await trips(f"{number}") for number in range(5)] == ["0", "1", "2", "3", "4"]


async def test_who_asks_while_others_travel_goes_in_the_next_trip(server: Server) -> None:
    trips = SharedTrips(server.go)
    alone = await _on_their_way(server, trips)
    late = await _asked(trips, "x", "y")
    assert len(server.trips) == AT_ONCE
    server.open.set()
    assert (await asyncio.gather(*alone, *late))[AT_ONCE:] == ["x", "y"]
    assert server.trips[AT_ONCE:] == [[("x",), ("y",)]]


async def test_an_error_is_for_its_own_caller(server: Server) -> None:
    server.open.set()
    trips = SharedTrips(server.go)
    found = await asyncio.gather(*map(trips, ["a", "wrong"]), return_exceptions=True)
    assert found[0] == "a"
    assert isinstance(found[1], ValueError)


async def test_a_failed_trip_is_told_to_all_and_the_next_one_goes(server: Server) -> None:
    server.open.set()
    server.fault = ConnectionError("gone")
    trips = SharedTrips(server.go)
    told = await asyncio.gather(trips("a"), trips("b"), return_exceptions=True)
    assert [type(each) for each in told] == [ConnectionError, ConnectionError]
    server.fault = None
    assert await trips("c") == "c"


async def test_a_caller_who_leaves_harms_nobody(server: Server) -> None:
    trips = SharedTrips(server.go)
    leaving, staying = await _asked(trips, "a", "b")
    leaving.cancel()
    server.open.set()
    assert await staying == "b"
    assert leaving.cancelled()
    await trips.settled()


async def test_a_cancelled_trip_cancels_those_who_wait_for_it(server: Server) -> None:
    trips = SharedTrips(server.go)
    (caller,) = await _asked(trips, "a")
    for task in asyncio.all_tasks() - {asyncio.current_task(), caller}:
        if "_travel" in repr(task):
            task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
