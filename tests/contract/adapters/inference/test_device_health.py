"""When a device has to prove that it computes."""

import pytest

from adapters.inference.call import Call
from adapters.inference.device_health import DeviceHealth
from domain.model.control import Stopped
from domain.model.errors import DeviceFault
from domain.model.runner import RunnerInput
from tests.contract.clauses.inference_trial import TrialRunner


class Clock:
    at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


def test_a_proof_is_good_for_a_while() -> None:
    clock = Clock()
    health = DeviceHealth(30, clock)
    assert not health.credible
    health.proved()
    clock.at_s += 29
    assert health.credible
    clock.at_s += 1
    assert not health.credible


def test_work_is_believed_in_for_as_long_as_a_proof() -> None:
    clock = Clock()
    health = DeviceHealth(30, clock)
    with health.busy():
        clock.at_s += 29
        assert health.credible
        clock.at_s += 1
        assert not health.credible
        health.proved()
        assert health.credible
    clock.at_s += 30
    with health.busy():
        assert health.credible
    assert not health.credible


def test_only_progress_on_the_device_is_a_sign_of_it() -> None:
    """A checkpoint is called while the work is prepared, too, and before the first step."""
    signs: list[str] = []
    call = Call(
        model="m", runner=TrialRunner(), work=RunnerInput({}, {}),
        on_progress=lambda: signs.append("progress"),
    )  # fmt: skip
    call.checkpoint(0.5)
    call.mates = [call]
    call.checkpoint(0.0)
    assert signs == []
    call.checkpoint(0.1)
    assert signs == ["progress"]


def test_the_first_fault_counts_and_there_is_no_way_back() -> None:
    health = DeviceHealth(30)
    health.raise_if_sick()
    health.hand_back_if_sick()
    assert health.fall_sick(DeviceFault("first"))
    assert not health.fall_sick(DeviceFault("second"))
    health.proved()
    assert health.sick
    with pytest.raises(DeviceFault, match="first"):
        health.raise_if_sick()
    with pytest.raises(Stopped):
        health.hand_back_if_sick()
