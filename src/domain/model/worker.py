"""What a worker says of itself at every beat of its heart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.model.device import DeviceFacts

BEAT_S = 5.0
MISSED_BEATS = 3


class WorkerState(StrEnum):
    STARTING = "starting"
    """Loads and warms its models."""
    READY = "ready"
    DRAINING = "draining"
    """Takes nothing more, finishes what it has."""
    SICK = "sick"
    """Its device failed: it takes nothing more, gives back what it has, and ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInfo:
    """One worker process. `in_flight` of its `slots` are taken; `device`: cpu, cuda:0, …; of the
    `models` it serves it has `loaded` some; `gpu` is None on a CPU; times are unix seconds of the
    ledger's clock; `seen_at` is the registry's to say."""

    worker_id: str
    host: str
    pid: int
    device: str
    version: str
    started_at: float
    models: Sequence[str] = ()
    loaded: Sequence[str] = ()
    gpu: DeviceFacts | None = None
    state: WorkerState = WorkerState.STARTING
    in_flight: int = 0
    slots: int = 1
    seen_at: float = 0.0
