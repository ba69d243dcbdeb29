"""Which of the waiting items go to the device next, together, and when to look again.

In the manner of h11 the planner does nothing itself: its driver says who is coming, who waits and
who left, asks `take` whenever the device is free, and sleeps until `wake_at_s` where there is
nothing to take. Times are seconds of one monotonic clock.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Generic, TypeVar

from domain.model.priority import Priority

RANKS = {priority: rank for rank, priority in enumerate(Priority)}
KNOWN_GROUPS = 1024
"""Groups whose measure is remembered; keys hold shapes, which strangers choose."""
SHORTAGE_S = 60.0
"""How long a batch stays small after one that did not fit into memory."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """`window_s`: the longest an item waits for company while the device is free. `max_items`: of
    a batch. `batch_s`: where set, a batch holds no more items than take this long one by one: on
    a CPU more lose (the cache); the first item of a group then goes alone and is measured.
    `patience_s`: from then on an item goes as if its priority were high."""

    window_s: float = 0.05
    max_items: int = 8
    batch_s: float | None = None
    patience_s: float = 10.0


@dataclass(slots=True, eq=False, kw_only=True)
class Waiting:
    """An item for the device; drivers add what they need. Those of one model and `key` may share
    a batch while their `cost_px` add up to no more than `budget_px`. `alone`: never with others."""

    model: str
    priority: Priority = Priority.NORMAL
    alone: bool = False
    key: Hashable = None
    cost_px: float = 0
    budget_px: float = inf
    since_s: float = 0

    @property
    def group(self) -> Hashable:
        return self if self.alone else (self.model, self.key)


@dataclass(frozen=True, slots=True)
class Measure:
    """What was learned of a group: the time of an item, and how many fitted until `short_until_s`
    after more had not."""

    item_s: float | None = None
    fitting: int = 1
    short_until_s: float = -inf


Item = TypeVar("Item", bound=Waiting)


@dataclass(frozen=True, slots=True)
class Plan(Generic[Item]):
    """A group's next batch; the smallest `turn` goes first."""

    batch: Sequence[Item]
    ready: bool
    rank: int

    @property
    def turn(self) -> tuple[int, bool, float]:
        return self.rank, not self.ready, self.batch[0].since_s


class BatchPlanner(Generic[Item]):
    """A batch is ready when it is full, its oldest item's window is over, or nobody of its model
    is still coming. Once one is ready the device will be busy, so a batch of higher priority does
    not wait for company either: it goes first. Among equals the oldest first item decides."""

    def __init__(self, limits: BatchLimits) -> None:
        self._limits = limits
        self._groups: dict[Hashable, list[Item]] = {}
        self._coming: Counter[str] = Counter()
        self._measures: OrderedDict[Hashable, Measure] = OrderedDict()

    def expect(self, model: str) -> None:
        """Somebody is on the way, so that a batch of `model` may be worth waiting for."""
        self._coming[model] += 1

    def expect_less(self, model: str) -> None:
        """One who was expected has arrived, or never will."""
        self._coming[model] -= 1
        if self._coming[model] <= 0:
            del self._coming[model]

    def add(self, item: Item, now_s: float) -> None:
        """`item` waits from now on."""
        item.since_s = now_s
        self._groups.setdefault(item.group, []).append(item)

    def discard(self, item: Item) -> None:
        """`item` waits no longer, if it still did."""
        group = self._groups.get(item.group, [])
        if item in group:
            group.remove(item)
        if not group:
            self._groups.pop(item.group, None)

    def take(self, now_s: float) -> Sequence[Item]:
        """The items that go to the free device now; empty where nothing is ready."""
        plans = {name: self._plan(group, now_s) for name, group in self._groups.items()}
        if not any(plan.ready for plan in plans.values()):
            return ()
        first = min(plans, key=lambda name: plans[name].turn)
        batch = plans[first].batch
        self._groups[first] = [item for item in self._groups[first] if item not in batch]
        if not self._groups[first]:
            del self._groups[first]
        return batch

    def wake_at_s(self) -> float | None:
        """When `take` has an answer although nobody came or left; None where nobody waits."""
        deadlines = [self._deadline_s(group) for group in self._groups.values()]
        return min(deadlines, default=None)

    def take_all(self) -> Sequence[Item]:
        """Everybody who waits: nothing of it will run here."""
        groups, self._groups = self._groups, {}
        return [item for group in groups.values() for item in group]

    def hurry(self) -> None:
        """From now on nobody waits for company."""
        self._limits = replace(self._limits, window_s=0)

    def measured(self, batch: Sequence[Item], batch_s: float) -> None:
        """`batch` took so long. A shorter time is believed at once, a longer one by and by: what
        disturbs a measurement makes it longer."""
        known, item_s = self._measure(batch[0]), batch_s / len(batch)
        if known.item_s is not None:
            item_s = min(item_s, 0.9 * known.item_s + 0.1 * item_s)
        self._learn(batch[0], replace(known, item_s=item_s))

    def overflowed(self, batch: Sequence[Item], now_s: float) -> None:
        """`batch` did not fit into the device's memory."""
        fitting, until_s = max(1, len(batch) // 2), now_s + SHORTAGE_S
        known = self._measure(batch[0])
        self._learn(batch[0], replace(known, fitting=fitting, short_until_s=until_s))

    def _measure(self, item: Item) -> Measure:
        return self._measures.get((item.model, item.key), Measure())

    def _learn(self, item: Item, measure: Measure) -> None:
        group = item.model, item.key
        self._measures[group] = measure
        self._measures.move_to_end(group)
        if len(self._measures) > KNOWN_GROUPS:
            self._measures.popitem(last=False)

    def _plan(self, group: list[Item], now_s: float) -> Plan[Item]:
        ordered = sorted(group, key=lambda item: self._rank(item, now_s))
        batch, full = self._fitting(ordered, self._most(ordered[0], now_s))
        nobody_comes = group[0].alone or not self._coming[group[0].model]
        ready = full or nobody_comes or self._deadline_s(group) <= now_s
        return Plan(batch, ready, self._rank(ordered[0], now_s))

    def _fitting(self, ordered: Sequence[Item], most: int) -> tuple[Sequence[Item], bool]:
        """The first ones that fit into a batch, at least one, and whether it is full with them:
        would not hold another of the last one's cost."""
        batch, cost_px = [ordered[0]], ordered[0].cost_px
        for item in ordered[1:most]:
            if cost_px + item.cost_px > item.budget_px:
                return batch, True
            batch.append(item)
            cost_px += item.cost_px
        last = batch[-1]
        return batch, len(batch) == most or cost_px + last.cost_px > last.budget_px

    def _most(self, item: Item, now_s: float) -> int:
        """How many of this item's group a batch may hold."""
        most, measure = self._limits.max_items, self._measure(item)
        if now_s < measure.short_until_s:
            most = min(most, measure.fitting)
        if self._limits.batch_s is None:
            return most
        if measure.item_s is None:
            return 1
        return max(1, min(most, int(self._limits.batch_s / max(measure.item_s, 1e-6))))

    def _rank(self, item: Item, now_s: float) -> int:
        return 0 if now_s - item.since_s >= self._limits.patience_s else RANKS[item.priority]

    def _deadline_s(self, group: Sequence[Item]) -> float:
        """A group lies in the order of arrival, so its first item has waited longest."""
        return group[0].since_s + self._limits.window_s
