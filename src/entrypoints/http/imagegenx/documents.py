"""The JSON documents of ImageGenX."""

from typing_extensions import TypedDict

from entrypoints.http.documents import FieldErrorDocument


class RefusalData(TypedDict):
    """`error_code`: of the catalogue (GET /errors), the same on every surface."""

    error_code: str
    remedy: str
    retryable: bool
    request_id: str
    errors: list[FieldErrorDocument]


class RefusalEnvelope(TypedDict):
    """`code` is the HTTP status."""

    code: int
    message: str
    data: RefusalData


class GenerateData(TypedDict):
    task_id: str
    status: str
    progress: int
    query_url: str


class GenerateEnvelope(TypedDict):
    code: int
    message: str
    data: GenerateData


class PictureData(TypedDict):
    """`size`: bytes of the file. `resolution`: null where the model makes no picture."""

    original_url: str
    thumb_url: str | None
    resolution: str | None
    format: str
    size: int


class TaskData(TypedDict):
    """`status`: waiting, processing, success or failed."""

    task_id: str
    status: str
    progress: int
    result: PictureData | None
    error_code: str | None
    error_msg: str | None


class TaskEnvelope(TypedDict):
    """`code`: 200, or 500 where the task failed; the HTTP status is 200 either way."""

    code: int
    message: str
    data: TaskData


class BatchTaskData(TypedDict):
    task_id: str
    status: str


class BatchGenerateData(TypedDict):
    """`tasks`: in the order of the texts."""

    batch_id: str
    total: int
    status: str
    progress: int
    query_url: str
    tasks: list[BatchTaskData]


class BatchGenerateEnvelope(TypedDict):
    code: int
    message: str
    data: BatchGenerateData


class BatchData(TypedDict):
    """`waiting_count`: what has not ended. `progress`: whole percents of the tasks that have."""

    batch_id: str
    total: int
    success_count: int
    failed_count: int
    waiting_count: int
    progress: int
    tasks: list[TaskData]


class BatchEnvelope(TypedDict):
    code: int
    message: str
    data: BatchData
