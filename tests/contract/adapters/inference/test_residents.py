"""Which models share a device that has no room for all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import pytest

from adapters.inference.loaded_models import LoadedModels, Resident
from adapters.inference.residents import Residents
from domain.model.control import Stopped
from domain.model.errors import DeviceFault, GpuOutOfMemory
from domain.model.model_registry import ModelRegistry, RegisteredModel
from domain.model.model_setup import Loading
from domain.model.model_spec import ModelSpec
from domain.model.runner import ModelRunner
from tests.contract.clauses.inference_trial import Trial, TrialRunner

pytestmark = pytest.mark.anyio

T = TypeVar("T")
NEEDED_MB = 10


def kind(name: str, trial: Trial | None = None) -> type[ModelRunner]:
    spec = ModelSpec(name=name, description="Takes room.")
    return type("Roomy", (TrialRunner,), {"trial": trial or Trial(), "spec": spec})


class Device:
    """Has room for `places` models of `NEEDED_MB` each."""

    def __init__(self, places: int = 2) -> None:
        self.models = ModelRegistry()
        self.loaded = LoadedModels(
            self.models, "trial", lambda: None, tell=lambda _event: None,
            most_mb=NEEDED_MB * places,
        )  # fmt: skip
        self.residents = Residents(self.models, self.loaded, self.do, idle_s=0)

    def add(self, *names: str, loading: Loading = Loading.LAZY, trial: Trial | None = None) -> None:
        for name in names:
            model = RegisteredModel(kind(name, trial), loading=loading, memory_mb=NEEDED_MB)
            self.models.add(model)

    async def do(self, call: Callable[[], T]) -> T:
        await asyncio.sleep(0)
        return call()

    async def enter(self, name: str) -> Resident:
        return self.residents.take(name) or await self.residents.bring(name)

    async def use(self, *names: str) -> None:
        for name in names:
            self.residents.leave(await self.enter(name))

    async def tick(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    @property
    def names(self) -> Sequence[str]:
        return sorted(self.loaded.names)


@pytest.fixture
async def with_places() -> AsyncIterator[Callable[[int], Device]]:
    """Makes devices with room for so many models, and three lazy ones to share it."""
    made = list[Device]()

    def make(places: int) -> Device:
        made.append(Device(places))
        made[-1].add("a", "b", "c")
        return made[-1]

    yield make
    for each in made:
        await each.residents.aclose()


@pytest.fixture
def device(with_places: Callable[[int], Device]) -> Device:
    return with_places(2)


async def test_the_one_used_least_lately_goes(device: Device) -> None:
    await device.use("a", "b", "a", "c")
    assert device.names == ["a", "c"]
    await device.use("b")
    assert device.names == ["b", "c"]


async def test_a_model_for_the_startup_stays(device: Device) -> None:
    device.add("first", loading=Loading.STARTUP)
    await device.use("first", "a", "b", "c")
    assert device.names == ["c", "first"]


async def test_nobody_loses_the_model_he_is_at(device: Device) -> None:
    a, b = await device.enter("a"), await device.enter("b")
    coming = asyncio.ensure_future(device.enter("c"))
    await device.tick()
    assert not coming.done()
    device.residents.leave(b)
    assert (await coming).name == "c"
    assert device.names == ["a", "c"]
    assert a.users == 1


async def test_who_came_later_stands_in_line_behind_who_waits_for_room(
    with_places: Callable[[int], Device],
) -> None:
    """Else a busy model would never leave."""
    device = with_places(1)
    a = await device.enter("a")
    order = list[str]()

    async def use(name: str) -> None:
        found = await device.enter(name)
        order.append(name)
        device.residents.leave(found)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        for name in ("b", "a", "b", "a"):
            group.create_task(use(name))
            await device.tick()
        assert order == []
        device.residents.leave(a)
    assert order == ["b", "b", "a", "a"], "and those who wait for the same go together"


async def test_one_too_large_for_the_device_is_tried_alone(
    with_places: Callable[[int], Device],
) -> None:
    device = with_places(0)
    await device.use("a", "b")
    assert device.names == ["b"]


async def test_memory_that_nobody_foresaw_is_made_by_the_same_rule(
    with_places: Callable[[int], Device],
) -> None:
    device = with_places(9)

    def short(_: object) -> None:
        if device.loaded.names:
            raise GpuOutOfMemory

    device.add("large", trial=Trial(on_load=short))
    await device.use("a", "b", "large")
    assert device.names == ["large"]
    device.add("vast", trial=Trial(on_load=short), loading=Loading.STARTUP)
    await device.use("vast")
    with pytest.raises(GpuOutOfMemory):
        await device.use("large")


async def test_a_load_that_kills_the_device_is_one_tasks_fault(device: Device) -> None:
    def fault(_: object) -> None:
        raise DeviceFault

    device.add("deadly", trial=Trial(on_load=fault))
    answers = await asyncio.gather(*(device.enter("deadly") for _ in range(3)),
                                   return_exceptions=True)  # fmt: skip
    assert [type(answer) for answer in answers] == [DeviceFault, Stopped, Stopped]


async def test_who_leaves_while_it_loads_is_not_counted(device: Device) -> None:
    one, other = (asyncio.ensure_future(device.enter("a")) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    assert (await other).users == 1
    assert one.cancelled() or await asyncio.wait([one])


async def test_at_the_end_nobody_waits_on(with_places: Callable[[int], Device]) -> None:
    device = with_places(1)
    await device.enter("a")
    coming = asyncio.ensure_future(device.enter("b"))
    await device.tick()
    await device.residents.aclose()
    with pytest.raises(Stopped):
        await coming
