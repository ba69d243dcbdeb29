"""What holds whoever comes, waits and leaves in whatever order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.model.batching import RANKS, BatchLimits, BatchPlanner, Waiting
from domain.model.priority import Priority

WINDOW_S, MAX_ITEMS, PATIENCE_S, BUDGET_PX = 4, 3, 20, 100
MODELS, KEYS = st.sampled_from("ab"), st.sampled_from([1, 2])


class Batching(RuleBasedStateMachine):
    """Nothing lost or doubled; order, priority and window kept: held against a plain list. Whole
    seconds, so that every comparison is exact."""

    def __init__(self) -> None:
        super().__init__()
        self.planner = BatchPlanner[Waiting](
            BatchLimits(window_s=WINDOW_S, max_items=MAX_ITEMS, patience_s=PATIENCE_S)
        )
        self.now_s = 0
        self.waiting: list[Waiting] = []
        self.coming = {"a": 0, "b": 0}

    @rule(model=MODELS)
    def somebody_comes(self, model: str) -> None:
        self.planner.expect(model)
        self.coming[model] += 1

    @rule(model=MODELS)
    def somebody_gives_up(self, model: str) -> None:
        if self.coming[model]:
            self.planner.expect_less(model)
            self.coming[model] -= 1

    @rule(
        model=MODELS, key=KEYS, priority=st.sampled_from(Priority),
        alone=st.sampled_from([False, False, False, True]), cost_px=st.sampled_from([0, 40, 101]),
    )  # fmt: skip
    def somebody_arrives(
        self, model: str, key: int, priority: Priority, alone: bool, cost_px: int
    ) -> None:
        item = Waiting(
            model=model, key=key, priority=priority, alone=alone, cost_px=cost_px,
            budget_px=BUDGET_PX,
        )  # fmt: skip
        self.planner.add(item, self.now_s)
        self.waiting.append(item)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.waiting))
        self.planner.discard(item)
        self.waiting.remove(item)

    @rule(seconds=st.integers(0, 12))
    def time_passes(self, seconds: int) -> None:
        self.now_s += seconds

    @rule()
    def the_device_is_free(self) -> None:
        batch = list(self.planner.take(self.now_s))
        if batch:
            self.is_one_batch(batch)
            self.is_the_right_one(batch)
            self.waiting = [item for item in self.waiting if item not in batch]
        else:
            self.is_right_to_wait()

    @precondition(lambda self: self.waiting)
    @rule()
    def it_wakes_when_it_said(self) -> None:
        wake_at_s = self.planner.wake_at_s()
        assert wake_at_s is not None
        self.now_s = max(self.now_s, int(wake_at_s))
        batch = list(self.planner.take(self.now_s))
        self.is_one_batch(batch)
        self.waiting = [item for item in self.waiting if item not in batch]

    @invariant()
    def nobody_waits_and_nothing_is_planned(self) -> None:
        assert (self.planner.wake_at_s() is None) == (not self.waiting)

    def is_one_batch(self, batch: list[Waiting]) -> None:
        assert batch
        assert len(set(batch)) == len(batch) <= MAX_ITEMS
        assert set(batch) <= set(self.waiting)
        assert len({(item.model, item.key, item.alone) for item in batch}) == 1
        assert len(batch) == 1 or not batch[0].alone
        assert len(batch) == 1 or sum(item.cost_px for item in batch) <= BUDGET_PX

    def is_the_right_one(self, batch: list[Waiting]) -> None:
        group = [item for item in self.waiting if self.may_share(item, batch[0])]
        assert batch == sorted(group, key=self.rank)[: len(batch)]
        rest = [item for item in self.waiting if item not in batch]
        best = min(self.rank(item) for item in batch)
        assert all(self.rank(item) >= best for item in rest)
        overdue = [i for i in rest if i not in group and self.rank(i) == best and self.over(i)]
        assert all(item.since_s >= batch[0].since_s for item in overdue)

    def is_right_to_wait(self) -> None:
        assert not any(self.over(item) or item.alone for item in self.waiting)
        assert all(self.coming[item.model] for item in self.waiting)
        groups = {(item.model, item.key) for item in self.waiting}
        sizes = [[i for i in self.waiting if (i.model, i.key) == group] for group in groups]
        assert all(len(group) < MAX_ITEMS for group in sizes)
        assert all(sum(item.cost_px for item in group) <= BUDGET_PX for group in sizes)

    def may_share(self, item: Waiting, other: Waiting) -> bool:
        if item.alone or other.alone:
            return item is other
        return (item.model, item.key) == (other.model, other.key)

    def rank(self, item: Waiting) -> int:
        return 0 if self.now_s - item.since_s >= PATIENCE_S else RANKS[item.priority]

    def over(self, item: Waiting) -> bool:
        return item.since_s + WINDOW_S <= self.now_s


TestBatching = Batching.TestCase
TestBatching.settings = settings(deadline=None, max_examples=200, stateful_step_count=30)
