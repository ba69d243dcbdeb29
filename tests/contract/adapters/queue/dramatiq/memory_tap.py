"""A broker's three tiers in memory, that a test may take away."""

from collections import deque
from threading import Event

from dramatiq.errors import ConnectionClosed

from adapters.queue.dramatiq.envelope import pack
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.tap import NotParked, Pulled, TierTap
from domain.model.priority import Priority
from domain.model.wakeup import Verdict, Wakeup

QUEUES = TierQueues()


class MemoryTap(TierTap):
    """`settled` says what became of each message, by its body."""

    def __init__(self) -> None:
        self.tiers: dict[Priority, deque[bytes]] = {tier: deque() for tier in Priority}
        self.settled: list[tuple[bytes, Verdict]] = []
        self.rests_s: list[float] = []
        self.away = self.full = False
        self.opened = 0
        self._woken = Event()

    def offer(self, *wakeups: Wakeup) -> list[bytes]:
        bodies = [pack(each, QUEUES).encode() for each in wakeups]
        for each, body in zip(wakeups, bodies, strict=True):
            self.tiers[each.priority].append(body)
        return bodies

    def open(self) -> None:
        self._reach()
        self.opened += 1

    def get(self, tier: Priority) -> Pulled | None:
        self._reach()
        return Pulled(tier, self.tiers[tier].popleft(), None) if self.tiers[tier] else None

    def waiting(self, tier: Priority) -> int:
        self._reach()
        return len(self.tiers[tier])

    def settle(self, pulled: Pulled, verdict: Verdict) -> None:
        self._reach()
        if self.full and verdict is Verdict.PARK:
            raise NotParked
        self.settled.append((pulled.body, verdict))
        if verdict is Verdict.REQUEUE:
            self.tiers[pulled.tier].appendleft(pulled.body)

    def rest(self, seconds: float) -> None:
        self.rests_s.append(seconds)
        self._woken.wait(seconds)
        self._woken.clear()

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        return

    def _reach(self) -> None:
        if self.away:
            raise ConnectionClosed("away")
