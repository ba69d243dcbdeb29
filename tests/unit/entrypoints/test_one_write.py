import asyncio
from typing import Any

import pytest

from entrypoints.cli.one_write import AT_ONCE_BYTES, OneWriteTransport

pytestmark = pytest.mark.anyio


class Written:
    """A transport that keeps what it was told, in order."""

    name = "the transport's own"

    def __init__(self) -> None:
        self.told: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append("closed")


@pytest.fixture
async def written() -> Written:
    return Written()


def _over(written: Any) -> OneWriteTransport:
    return OneWriteTransport(written, asyncio.get_running_loop())


async def test_one_turn_of_the_loop_is_one_write(written: Written) -> None:
    transport = _over(written)
    transport.write(b"head")
    transport.write(b"body")
    assert written.told == []
    await asyncio.sleep(0)
    transport.write(b"next")
    await asyncio.sleep(0)
    assert written.told == [b"headbody", b"next"]


async def test_nothing_is_left_behind_by_a_close(written: Written) -> None:
    transport = _over(written)
    transport.write(b"last")
    transport.close()
    await asyncio.sleep(0)
    assert written.told == [b"last", "closed"]


async def test_much_goes_at_once_so_that_a_slow_reader_is_noticed(written: Written) -> None:
    transport = _over(written)
    transport.write(b"x" * (AT_ONCE_BYTES + 1))
    assert written.told == [b"x" * (AT_ONCE_BYTES + 1)]


async def test_all_else_is_the_transports(written: Written) -> None:
    assert _over(written).name == "the transport's own"
