"""How the server's clock is read over a link that is now fast, now slow."""

import pytest

from adapters.redis_client import RedisClient, Word
from adapters.tasks.redis_clock import SAMPLES, RedisClock

pytestmark = pytest.mark.anyio

SERVER_AHEAD_S = 5_000.0


class SlowLink(RedisClient):
    """A server whose answers take, there and back, the seconds given: all of it on the way back."""

    def __init__(self, *answers_take_s: float) -> None:
        super().__init__("redis://nowhere")
        self.seconds = 100.0
        self._left = list(answers_take_s)

    def elapsed(self) -> float:
        return self.seconds

    async def call(self, *words: Word) -> tuple[int, int]:
        assert words == ("TIME",)
        micros = round((self.seconds + SERVER_AHEAD_S) * 1e6)
        self.seconds += self._left.pop(0)
        return divmod(micros, 1_000_000)


async def test_the_fastest_answer_decides() -> None:
    link = SlowLink(2.0, 0.5, 0.002, 3.0, 1.0)
    clock = RedisClock(link, link.elapsed)
    await clock.measure()
    assert clock.now() == pytest.approx(link.seconds + SERVER_AHEAD_S, abs=0.0011)


async def test_between_two_measures_it_runs_with_the_monotonic_clock() -> None:
    link = SlowLink(*[0.0] * SAMPLES)
    clock = RedisClock(link, link.elapsed)
    await clock.measure()
    before = clock.now()
    link.seconds += 12.5
    assert clock.now() - before == pytest.approx(12.5)
