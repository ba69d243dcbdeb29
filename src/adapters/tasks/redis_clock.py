"""The clock of the Redis server, without a round trip a call."""

import asyncio
import time
from contextlib import suppress

from adapters.redis_client import RedisClient
from domain.model.errors import StorageUnavailable
from ports.clock import Elapsed
from ports.lifecycle import Lifecycle

SAMPLES = 5


class RedisClock(Lifecycle):
    """How far the server's TIME is from this machine's monotonic clock is measured at the start,
    and every `refresh_s` from then on, so that processes whose hosts disagree by an hour agree
    here by about half a round trip. While the server is out of reach the last measure stands."""

    def __init__(
        self, client: RedisClient, elapsed: Elapsed = time.monotonic, refresh_s: float = 15.0
    ) -> None:
        self._client, self._elapsed, self._refresh_s = client, elapsed, refresh_s
        self._offset_s: float | None = None
        self._refresher: asyncio.Task[None] | None = None

    def now(self) -> float:
        """Unix seconds: a `ports.clock.Now`. Raises `StorageUnavailable` before `start`."""
        if self._offset_s is None:
            raise StorageUnavailable("The ledger's clock was not read yet.")
        return self._elapsed() + self._offset_s

    async def start(self) -> None:
        await self.measure()
        self._refresher = asyncio.create_task(self._keep_measuring())

    async def aclose(self) -> None:
        if self._refresher:
            self._refresher.cancel()
            await asyncio.wait([self._refresher])
            self._refresher = None

    async def measure(self) -> None:
        """Of several readings the one that took least is off by the least."""
        readings = [await self._reading() for _ in range(SAMPLES)]
        self._offset_s = min(readings)[1]

    async def _reading(self) -> tuple[float, float]:
        """How long it took, and the offset if the server looked half-way."""
        asked = self._elapsed()
        seconds, micros = await self._client.call("TIME")
        took = self._elapsed() - asked
        return took, int(seconds) + int(micros) / 1e6 - (asked + took / 2)

    async def _keep_measuring(self) -> None:
        while True:
            await asyncio.sleep(self._refresh_s)
            # Out of reach: the callers of the ledger hear of it; this loop only tries again.
            with suppress(StorageUnavailable):
                await self.measure()
