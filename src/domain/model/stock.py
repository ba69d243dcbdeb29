"""How the whole service stands at one moment: what waits, who works, what is out of reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.model.priority import Priority
from domain.model.worker import WorkerInfo, WorkerState


@dataclass(frozen=True, slots=True)
class TierStock:
    """What waits in a tier: its messages, and how long its oldest task has waited."""

    depth: int
    oldest_wait_s: float


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """The disk under a folder."""

    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What could not be learned is None, or missing. `parts`: whether each adapter is usable.
    `undelivered_s`: the age of the oldest webhook that waits; 0 without one."""

    tiers: Mapping[Priority, TierStock] | None = None
    workers: Sequence[WorkerInfo] | None = None
    parts: Mapping[str, bool] = field(default_factory=dict)
    disk: DiskFacts | None = None
    undelivered_s: float | None = None

    def workers_in(self, state: WorkerState) -> Sequence[WorkerInfo]:
        return [worker for worker in self.workers or () if worker.state is state]
