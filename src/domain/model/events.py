"""What the inside tells telemetry: frozen facts with closed sets of labels."""

from dataclasses import dataclass

from domain.model.task import TaskMoved
from domain.model.webhook import Delivery


@dataclass(frozen=True, slots=True)
class StaleWriteRefused:
    """A worker wrote for an attempt that was no longer its own, and was refused."""

    task_id: str
    attempt: int
    model: str
    request_id: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class UnknownWakeup:
    """A message named a task that the ledger does not know."""

    task_id: str
    request_id: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class PublishFailed:
    """A wake-up could not be published; recover will."""

    task_id: str
    reason: str
    request_id: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class RequestServed:
    """`route` is the template, never the raw path; "unmatched" where there is none."""

    method: str
    route: str
    status: int
    duration_s: float
    request_id: str
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class LoopFailed:
    """A background loop met an error; it goes on. `text` is for the log only."""

    loop: str
    text: str


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt raised something nobody foresaw. `text` is for the log only."""

    task_id: str
    attempt: int
    model: str
    text: str
    request_id: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRan:
    """The device computed `items` of `model` together, in `infer_s`; the oldest of them had been
    ready for `waited_s`."""

    model: str
    items: int
    waited_s: float
    infer_s: float


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    """A model lies on the device, warm."""

    model: str
    device: str
    load_s: float


@dataclass(frozen=True, slots=True)
class ModelsReloaded:
    """The models were set up anew while the service ran; names only."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelsNotReloaded:
    """The models stay as they were: their file, or what it names, is wrong."""

    reason: str


@dataclass(frozen=True, slots=True)
class ModelNotLoaded:
    """A model that was to be there from now on could not be loaded. `text` is for the log only."""

    model: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageParked:
    """A message that nobody can read was set aside, for a person to look at."""

    reason: str


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """Somebody follows a task."""


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """And does no longer."""


@dataclass(frozen=True, slots=True)
class WebhookTried:
    """A webhook was sent, or could not be: `delivery` as it stands after that try."""

    delivery: Delivery
    took_s: float


Event = (
    TaskMoved
    | StaleWriteRefused
    | UnknownWakeup
    | PublishFailed
    | RequestServed
    | LoopFailed
    | AttemptFailed
    | BatchRan
    | ModelLoaded
    | MessageParked
    | StreamOpened
    | StreamClosed
    | ModelsReloaded
    | ModelsNotReloaded
    | ModelNotLoaded
    | WebhookTried
)
