"""The JSON documents of the public surface: what the views build and the docs describe."""

from typing import Any

from typing_extensions import TypedDict


class FieldErrorDocument(TypedDict):
    """`pointer`: RFC 6901, into the body; below `/query` for a query parameter."""

    pointer: str
    code: str
    detail: str


class ProblemDocument(TypedDict):
    """RFC 9457, with a stable `code` and the remedy."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    retryable: bool
    remedy: str
    errors: list[FieldErrorDocument]


class TimingDocument(TypedDict):
    """Milliseconds; null until known. `prepare_ms` includes fetch and decode."""

    queue_ms: int | None
    fetch_ms: int | None
    prepare_ms: int | None
    infer_ms: int | None
    encode_ms: int | None
    upload_ms: int | None
    total_ms: int | None


class PictureDocument(TypedDict):
    """A picture of a result. `size`: [width, height] px."""

    s3_key: str
    url: str | None
    size: list[int]
    bytes: int
    sha256: str


class ResultDocument(TypedDict):
    """Where the result lies. `size`: [width, height] px, null where there is no picture.
    `further`: the pictures beside the main one, where a model made several."""

    s3_key: str
    url: str | None
    url_expires_at: str | None
    thumbnail_url: str | None
    size: list[int] | None
    bytes: int
    sha256: str
    content_type: str
    further: list[PictureDocument]
    data: dict[str, Any]


class FailureDocument(TypedDict):
    """Why the last attempt did not succeed."""

    code: str
    message: str
    retryable: bool
    attempts: int


class UrlsDocument(TypedDict):
    """Ready-made addresses: clients never build one."""

    self: str
    events: str
    result: str
    cancel: str


class TaskDocument(TypedDict):
    """A task. Every key is always there. Times are RFC 3339, UTC. `queue_position`: tasks that go
    before it; `estimated_start_s`: seconds from now. Both null where not known."""

    task_id: str
    status: str
    model: str
    priority: str
    attempt: int
    progress: int
    queue_position: int | None
    estimated_start_s: int | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    timing: TimingDocument
    result: ResultDocument | None
    error: FailureDocument | None
    warnings: list[str]
    metadata: dict[str, Any]
    retry_of: str | None
    batch_id: str | None
    custom_id: str | None
    urls: UrlsDocument


class TaskListDocument(TypedDict):
    """A page of tasks, newest first. `next_cursor` goes into `?cursor=`."""

    data: list[TaskDocument]
    has_more: bool
    next_cursor: str | None


class ModelDocument(TypedDict):
    """A model: `input` and `params` are JSON Schema 2020-12, `examples` whole submit bodies.
    `load`: startup or lazy; `memory_mb`: of the device, weights and a pass, where anybody said."""

    name: str
    description: str
    input: dict[str, Any]
    params: dict[str, Any]
    examples: list[dict[str, Any]]
    available: bool
    reason: str | None
    batchable: bool
    deterministic: bool
    makes_picture: bool
    scale: int | None
    aliases: list[str]
    max_pixels: int | None
    load: str
    precision: str | None
    memory_mb: float | None


class ModelListDocument(TypedDict):
    data: list[ModelDocument]


class TierDocument(TypedDict):
    """`oldest_wait_s`: of a task that could have started; 0 below five seconds."""

    priority: str
    depth: int
    oldest_wait_s: float


class QueuesDocument(TypedDict):
    data: list[TierDocument]


class WorkerDocument(TypedDict):
    """`in_flight` of its `slots` are taken. `state`: starting, ready, draining, or sick: its device
    failed and its process ends."""

    worker_id: str
    device: str
    state: str
    models: list[str]
    loaded_models: list[str]
    in_flight: int
    slots: int
    started_at: str
    seen_at: str


class WorkersDocument(TypedDict):
    data: list[WorkerDocument]


class GpuDocument(TypedDict):
    """Null where the GPU does not tell; `reason` where it tells nothing at all. `index` and `uuid`
    as nvidia-smi says them, `device` as its worker calls it. `ecc_errors`: uncorrected ones."""

    worker_id: str
    state: str
    device: str
    index: int | None
    uuid: str | None
    name: str | None
    utilisation_percent: int | None
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    temperature_c: int | None
    power_w: float | None
    ecc_errors: int | None
    reason: str | None
    loaded_models: list[str]
    seen_at: str


class GpusDocument(TypedDict):
    """`note`: why there is none."""

    data: list[GpuDocument]
    note: str | None


class CatalogueEntryDocument(TypedDict):
    """One code of the error catalogue."""

    code: str
    title: str
    status: int
    retryable: bool
    remedy: str


class CatalogueDocument(TypedDict):
    data: list[CatalogueEntryDocument]
