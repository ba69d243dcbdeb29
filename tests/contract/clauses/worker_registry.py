"""What every worker registry tells."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.model.device import DeviceFacts
from domain.model.worker import BEAT_S, MISSED_BEATS, WorkerInfo, WorkerState
from ports.worker_registry import WorkerRegistry
from tests.contract.task_factory import START, SteppedClock

SILENCE_S = BEAT_S * MISSED_BEATS

finite = st.floats(allow_nan=False, allow_infinity=False)
gpus = st.builds(
    DeviceFacts,
    index=st.none() | st.integers(0, 64), uuid=st.none() | st.text(), name=st.none() | st.text(),
    utilisation_percent=st.none() | st.integers(0, 100),
    memory_used_bytes=st.none() | st.integers(0, 2**48), power_w=st.none() | finite,
    reason=st.none() | st.text(),
)  # fmt: skip
workers = st.builds(
    WorkerInfo,
    worker_id=st.text(min_size=1), host=st.text(), pid=st.integers(0, 2**31), device=st.text(),
    version=st.text(), started_at=finite, models=st.lists(st.text(), max_size=3).map(tuple),
    loaded=st.lists(st.text(), max_size=3).map(tuple), gpu=st.none() | gpus,
    state=st.sampled_from(WorkerState), in_flight=st.integers(0, 999), slots=st.integers(1, 999),
    seen_at=finite,
)  # fmt: skip


def worker(worker_id: str) -> WorkerInfo:
    return WorkerInfo(
        worker_id=worker_id, host="gpu-1", pid=7, device="cuda:0", version="1.0", started_at=START,
        models=("super-resolution-x4", "invert"), slots=8,
    )  # fmt: skip


class WorkerRegistryClauses:
    """The binding gives the fixtures `clock` (a SteppedClock the registry tells its time by) and
    `registry` (started, empty)."""

    pytestmark = pytest.mark.anyio

    async def test_01_at_first_there_is_nobody(self, registry: WorkerRegistry) -> None:
        assert await registry.alive() == ()

    async def test_02_who_beats_is_there_by_id_as_it_was_last(
        self, registry: WorkerRegistry, clock: SteppedClock
    ) -> None:
        for name in ("c", "a", "b", "a"):
            await registry.beat(worker(name))
        busy = replace(worker("b"), state=WorkerState.READY, in_flight=3)
        clock.advance(1)
        await registry.beat(busy)
        assert await registry.alive() == (
            replace(worker("a"), seen_at=START),
            replace(busy, seen_at=START + 1),
            replace(worker("c"), seen_at=START),
        )

    @settings(
        deadline=None,
        max_examples=25,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(said=workers)
    async def test_03_what_it_says_is_told_in_every_field(
        self, registry: WorkerRegistry, said: WorkerInfo
    ) -> None:
        await registry.beat(said)
        assert await registry.alive() == (replace(said, seen_at=START),)
        await registry.leave(said.worker_id)

    async def test_04_three_beats_of_silence_and_it_is_gone(
        self, registry: WorkerRegistry, clock: SteppedClock
    ) -> None:
        await registry.beat(worker("silent"))
        clock.advance(BEAT_S)
        await registry.beat(worker("late"))
        clock.advance(SILENCE_S - BEAT_S - 0.001)
        assert [each.worker_id for each in await registry.alive()] == ["late", "silent"]
        clock.advance(0.001)
        assert [each.worker_id for each in await registry.alive()] == ["late"]
        clock.advance(BEAT_S)
        assert await registry.alive() == ()

    async def test_05_who_beats_again_is_back(
        self, registry: WorkerRegistry, clock: SteppedClock
    ) -> None:
        await registry.beat(worker("a"))
        clock.advance(SILENCE_S)
        assert await registry.alive() == ()
        await registry.beat(worker("a"))
        assert await registry.alive() == (replace(worker("a"), seen_at=clock.seconds),)

    async def test_06_who_leaves_is_gone_at_once(self, registry: WorkerRegistry) -> None:
        for name in ("a", "b"):
            await registry.beat(worker(name))
        await registry.leave("a")
        await registry.leave("a")
        await registry.leave("nobody")
        assert [each.worker_id for each in await registry.alive()] == ["b"]

    async def test_07_many_beat_at_once(self, registry: WorkerRegistry) -> None:
        names = [f"w-{n:02}" for n in range(50)]
        await asyncio.gather(*(registry.beat(worker(name)) for name in names))
        assert [each.worker_id for each in await registry.alive()] == names
