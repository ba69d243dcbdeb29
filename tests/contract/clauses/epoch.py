"""What every epoch says of a task that its ledger does not know."""

from collections.abc import Awaitable, Callable

import pytest

from domain.model.life_cycle import TOMBSTONE_S
from ports.epoch import Epoch
from tests.contract.task_factory import START, SteppedClock

Lose = Callable[[], Awaitable[None]]


class EpochClauses:
    """The binding gives the fixtures `clock` (a SteppedClock the epoch tells its time by) and
    `epoch` (of a ledger that was begun at START)."""

    pytestmark = pytest.mark.anyio

    async def test_01_what_a_whole_ledger_does_not_know_was_deleted(
        self, epoch: Epoch, clock: SteppedClock
    ) -> None:
        for age_s in (0, 1, 60, 86_400, 2 * TOMBSTONE_S):
            clock.seconds = START + age_s
            assert not await epoch.lost(START)
            assert not await epoch.lost(clock.seconds)

    async def test_02_what_is_older_than_any_tombstone_may_have_been_deleted(
        self, epoch: Epoch
    ) -> None:
        assert not await epoch.lost(START - TOMBSTONE_S)


class LossClauses:
    """Of ledgers that can lose rows. Fixtures as above, and `lose`, which takes everything."""

    pytestmark = pytest.mark.anyio

    async def test_11_what_was_created_before_a_loss_was_lost(
        self, epoch: Epoch, clock: SteppedClock, lose: Lose
    ) -> None:
        clock.advance(60)
        await lose()
        for created_at in (START, START + 59, START - TOMBSTONE_S + 61):
            assert await epoch.lost(created_at)
        assert not await epoch.lost(START - TOMBSTONE_S + 60)

    async def test_12_what_was_created_after_it_was_deleted(
        self, epoch: Epoch, clock: SteppedClock, lose: Lose
    ) -> None:
        await lose()
        clock.advance(60)
        assert await epoch.lost(START)
        clock.advance(3600)
        assert await epoch.lost(START + 59)
        assert not await epoch.lost(START + 60)
        assert not await epoch.lost(START + 3000)

    async def test_13_no_message_is_old_enough_to_raise_the_deleted(
        self, epoch: Epoch, clock: SteppedClock, lose: Lose
    ) -> None:
        """One brought back after the loss may be deleted again, and leaves a tombstone then."""
        clock.advance(60)
        await lose()
        assert await epoch.lost(START)
        clock.seconds = START + TOMBSTONE_S - 1
        assert await epoch.lost(START)
        clock.seconds = START + TOMBSTONE_S
        assert not await epoch.lost(START)

    async def test_14_each_loss_counts(self, epoch: Epoch, clock: SteppedClock, lose: Lose) -> None:
        for _ in range(3):
            created_at = clock.seconds
            assert not await epoch.lost(created_at)
            clock.advance(60)
            assert not await epoch.lost(created_at)
            await lose()
            assert await epoch.lost(created_at)
