"""One listener's trouble is its own."""

import sys
from collections.abc import Collection

import pytest

from adapters.telemetry.memory import MemoryTelemetry
from adapters.telemetry.tee import TeeTelemetry
from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event, UnknownWakeup
from domain.model.stock import Stock
from ports.telemetry import Telemetry

EVENT = UnknownWakeup("t-1")
STOCK = Stock(parts={"queue": True})


class Deaf(Telemetry):
    def record(self, event: Event) -> None:
        raise ValueError(f"I/O operation on closed file, {event}")

    def sample_stock(self, stock: Stock) -> None:
        raise ValueError("I/O operation on closed file")

    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        raise ValueError("I/O operation on closed file")


def test_every_member_is_told_in_order() -> None:
    first, second = MemoryTelemetry(), MemoryTelemetry()
    tee = TeeTelemetry([first, second])
    tee.record(EVENT)
    tee.sample_stock(STOCK)
    tee.sample_device(DeviceFacts(index=1), ["echo"], DeviceUse(2.0))
    assert list(first.events) == list(second.events) == [EVENT]
    assert first.stock == second.stock == STOCK
    assert first.use == second.use == DeviceUse(2.0)
    assert first.gpu == second.gpu == DeviceFacts(index=1)
    assert first.loaded == second.loaded == ("echo",)
    assert not tee.failures


def test_a_failing_member_is_counted_shown_once_and_passed_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = MemoryTelemetry()
    tee = TeeTelemetry([Deaf(), kept])
    for _ in range(3):
        tee.record(EVENT)
    tee.sample_stock(STOCK)
    assert list(kept.events) == [EVENT] * 3
    assert tee.failures == {"Deaf": 4}
    shown = capsys.readouterr().err
    assert shown.count("Deaf failed; shown once") == 1
    assert "I/O operation on closed file" in shown


@pytest.mark.parametrize("broken", [None, "closed"])
def test_it_survives_without_a_stderr(
    broken: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stream = None
    if broken:
        stream = (tmp_path_factory.mktemp("err") / "err").open("w")
        stream.close()
    tee = TeeTelemetry([Deaf()])
    monkeypatch.setattr(sys, "stderr", stream)
    tee.record(EVENT)
    monkeypatch.undo()
    assert tee.failures == {"Deaf": 1}


def test_nobody_listening_is_fine() -> None:
    tee = TeeTelemetry([])
    tee.record(EVENT)
    assert not tee.failures


def test_memory_keeps_the_last_facts_only() -> None:
    memory = MemoryTelemetry(max_events=2)
    for number in range(5):
        memory.record(UnknownWakeup(str(number)))
    assert list(memory.events) == [UnknownWakeup("3"), UnknownWakeup("4")]
