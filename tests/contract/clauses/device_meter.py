"""What every device meter tells."""

import asyncio

import pytest

from domain.model.device import DeviceFacts
from ports.device_meter import DeviceMeter

FIGURES = (
    "utilisation_percent", "memory_used_bytes", "memory_total_bytes", "temperature_c", "power_w",
    "ecc_errors",
)  # fmt: skip
SOON_S = 5.0


class DeviceMeterClauses:
    """The binding gives the fixtures `meter` and `told`: what the device behind it tells, None for
    a CPU."""

    pytestmark = pytest.mark.anyio

    async def test_01_it_tells_what_the_device_tells(
        self, meter: DeviceMeter, told: DeviceFacts | None
    ) -> None:
        assert await meter.read() == told

    async def test_02_it_may_be_asked_at_every_beat_and_by_many_at_once(
        self, meter: DeviceMeter, told: DeviceFacts | None
    ) -> None:
        for _ in range(3):
            answers = await asyncio.gather(*(meter.read() for _ in range(5)))
            assert answers == [told] * 5

    async def test_03_it_holds_nobody_up(self, meter: DeviceMeter) -> None:
        await asyncio.wait_for(meter.read(), SOON_S)

    async def test_04_no_figures_only_with_a_reason(self, meter: DeviceMeter) -> None:
        facts = await meter.read()
        if facts is not None:
            figures = {getattr(facts, name) for name in FIGURES}
            assert (facts.reason is None) == (figures != {None})

    def test_05_it_is_bound_to_no_event_loop(
        self, meter: DeviceMeter, told: DeviceFacts | None
    ) -> None:
        assert [asyncio.run(meter.read()) for _ in range(2)] == [told, told]
