from collections.abc import AsyncIterator

import pytest

from adapters.epoch.redis import RedisEpoch
from adapters.redis_client import RedisClient
from tests.contract.clauses.epoch import EpochClauses, Lose, LossClauses
from tests.contract.redis_space import keys, redis_space
from tests.contract.task_factory import START, SteppedClock

Space = tuple[RedisClient, str]


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def space() -> AsyncIterator[Space]:
    async with redis_space() as space:
        yield space


@pytest.fixture
async def epoch(space: Space, clock: SteppedClock) -> RedisEpoch:
    epoch = RedisEpoch(*space, clock)
    await epoch.start()
    return epoch


@pytest.fixture
def lose(space: Space) -> Lose:
    async def lose() -> None:
        await space[0].call("UNLINK", *await keys(*space))

    return lose


class TestEpoch(EpochClauses):
    pass


class TestLoss(LossClauses):
    pass


@pytest.mark.anyio
async def test_a_process_that_joins_does_not_move_the_marker(
    space: Space, epoch: RedisEpoch, clock: SteppedClock
) -> None:
    clock.advance(60)
    joining = RedisEpoch(*space, clock)
    await joining.start()
    assert not await joining.lost(START)
    assert not await epoch.lost(START)


@pytest.mark.anyio
async def test_a_process_that_starts_right_after_a_loss_hides_it_from_nobody(
    space: Space, epoch: RedisEpoch, clock: SteppedClock, lose: Lose
) -> None:
    clock.advance(60)
    await lose()
    await RedisEpoch(*space, clock).start()
    assert await epoch.lost(START)
