import os
from contextlib import closing

import pytest

from adapters.queue.memory import MemoryQueue
from domain.model.priority import Ageing
from domain.model.wakeup import Verdict, Wakeup, wakeup_for
from entrypoints.configuration import ConfigurationError
from entrypoints.worker.devices import Device, devices
from entrypoints.worker.proof import Listening, Proof
from entrypoints.worker.restarts import LONGEST_PAUSE_S, Restarts
from entrypoints.worker.watch import IDLE_S, IdleWatch, InHand
from tests.unit.use_cases.house import House

pytestmark = pytest.mark.anyio


def test_one_worker_an_id() -> None:
    assert devices("0,3") == [Device(0, "0"), Device(1, "3")]
    assert devices("cpu") == [Device(0, None)]


def test_each_worker_sees_its_gpu_alone_and_has_a_port_of_its_own() -> None:
    first, second = (device.environment(9100) for device in devices("2,5"))
    assert (first["CUDA_VISIBLE_DEVICES"], first["METRICS_PORT"]) == ("2", "9100")
    assert (second["CUDA_VISIBLE_DEVICES"], second["METRICS_PORT"]) == ("5", "9101")
    assert first["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID", "an id is the driver's, not CUDA's own"
    assert first["DEVICE"] == second["DEVICE"] == "cuda:0"
    assert devices("cpu")[0].environment(9100)["DEVICE"] == "cpu"


@pytest.mark.parametrize("wrong", ["", "0,,1", "0,0", ","])
def test_a_wrong_list_names_its_variable(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="GPU_IDS"):
        devices(wrong)


def test_pauses_double_up_to_a_limit_and_end() -> None:
    restarts = Restarts(most=4)
    assert [restarts.pause_s(now) for now in (0, 1, 2, 3)] == [0.5, 1.0, 2.0, None]
    long = Restarts(most=99)
    assert max(long.pause_s(now) or 0 for now in range(50)) == LONGEST_PAUSE_S


def test_old_deaths_are_forgiven() -> None:
    restarts = Restarts(most=2, window_s=10)
    assert restarts.pause_s(0) == 0.5
    assert restarts.pause_s(11) == 0.5


def test_who_has_worked_is_never_given_up_and_begins_anew() -> None:
    restarts = Restarts(most=3)
    assert restarts.pause_s(0) == 0.5
    assert {restarts.pause_s(now, worked=True) for now in range(1, 50)} == {0.5}
    assert [restarts.pause_s(50), restarts.pause_s(51)] == [0.5, 1.0]


def test_a_proof_is_heard_once_it_is_given() -> None:
    with closing(Listening()) as parent:
        proof = Proof(os.dup(parent.fd))
        assert not parent.heard()
        proof()
        proof()
        assert parent.heard()


def test_a_proof_without_a_parent_harms_nobody() -> None:
    parent = Listening()
    proof = Proof(os.dup(parent.fd))
    parent.close()
    proof()
    Proof(None)()


class Idle:
    """A worker with one slot, a clock that is set by hand, and a queue that nobody drains."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.queue = MemoryQueue(Ageing(), lambda: self.now_s, grace_s=1)
        self.told: list[str] = []
        self.in_hand = InHand(self.handle, lambda: self.now_s, slots=1)
        self.watch = IdleWatch(self.queue, self.in_hand, self.told.append)

    async def handle(self, _wakeup: Wakeup) -> Verdict:
        await self.look(IDLE_S * 3)
        return Verdict.ACK

    async def look(self, after_s: float) -> None:
        self.now_s += after_s
        await self.watch()


async def wakeup() -> Wakeup:
    return wakeup_for((await House().submit()).task)


async def test_a_worker_that_takes_nothing_is_ended() -> None:
    idle = Idle()
    await idle.queue.publish(await wakeup())
    await idle.look(1_000)
    assert idle.told == []
    await idle.look(IDLE_S)
    assert "1 tasks wait" in idle.told[0]


async def test_an_empty_queue_is_no_reason() -> None:
    idle = Idle()
    for _ in range(3):
        await idle.look(IDLE_S)
    assert idle.told == []


async def test_a_busy_worker_is_no_reason() -> None:
    idle = Idle()
    await idle.queue.publish(await wakeup())
    await idle.look(1)
    taken: list[int] = []
    idle.in_hand.on_take = lambda: taken.append(idle.in_hand.count)
    await idle.in_hand(await wakeup())
    assert (idle.told, taken) == ([], [1])
    assert idle.in_hand.count == 0
    await idle.look(IDLE_S - 1)
    assert idle.told == []
