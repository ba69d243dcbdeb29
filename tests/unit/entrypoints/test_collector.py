"""What one look at the service tells, and what it leaves out rather than invent."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.model.errors import Unavailable
from domain.model.events import LoopFailed
from domain.model.priority import Priority
from domain.model.stock import Stock
from domain.model.worker import WorkerInfo, WorkerState
from entrypoints.collector import Collector
from tests.unit.use_cases.house import House

pytestmark = pytest.mark.anyio

Probe = Callable[[], Awaitable[None]]


async def usable() -> None:
    return


async def down() -> None:
    raise Unavailable("nobody answers")


async def silent() -> None:
    await asyncio.Event().wait()


async def look(house: House, folder: Path, **probes: Probe) -> Stock:
    container = house.container
    collector = Collector(
        container.backlog(), container.undelivered(), container.workers(), probes, folder,
        house.telemetry, patience_s=0.2,
    )  # fmt: skip
    await collector()
    return house.telemetry.stock


async def test_it_tells_what_waits_who_works_and_how_full_the_disk_is(tmp_path: Path) -> None:
    house = House()
    await house.submit()
    ready = WorkerInfo(
        worker_id="w", host="h", pid=1, device="cpu", version="1", started_at=0.0,
        state=WorkerState.READY, in_flight=1, slots=4,
    )  # fmt: skip
    await house.container.workers().beat(ready)
    stock = await look(house, tmp_path / "not" / "yet", queue=usable)
    assert stock.tiers is not None
    assert stock.tiers[Priority.NORMAL].depth == 1
    assert stock.workers is not None
    assert [replace(each, seen_at=0.0) for each in stock.workers] == [ready]
    assert stock.parts == {"queue": True}
    assert stock.disk is not None
    assert 0 < stock.disk.free_bytes <= stock.disk.total_bytes


async def test_it_tells_how_long_the_oldest_webhook_has_waited(tmp_path: Path) -> None:
    house = House()
    assert (await look(house, tmp_path)).undelivered_s == 0
    task = (await house.submit(callback_url="https://93.184.215.14/hook")).task
    await house.container.use_cases().cancel(task.tenant, task.task_id)
    house.clock.at += 30
    assert (await look(house, tmp_path)).undelivered_s == 30


async def test_a_part_that_is_down_or_silent_hides_no_other(tmp_path: Path) -> None:
    house = House()
    stock = await look(house, tmp_path, ledger=usable, storage=silent, keys=down)
    assert stock.parts == {"ledger": True, "storage": False, "keys": False}
    assert stock.tiers is not None


async def test_the_depth_of_a_queue_out_of_reach_is_not_known(tmp_path: Path) -> None:
    assert (await look(House(), tmp_path, queue=down, ledger=usable)).tiers is None


async def test_what_fails_is_told_and_the_rest_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House()
    monkeypatch.setattr(house.container.workers(), "alive", down)
    stock = await look(house, tmp_path, queue=usable)
    assert stock.workers is None
    assert stock.tiers is not None
    assert [event.loop for event in house.told(LoopFailed)] == ["collect"]
