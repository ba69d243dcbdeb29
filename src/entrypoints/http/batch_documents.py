"""The JSON documents of batches."""

from typing_extensions import TypedDict


class BatchCountsDocument(TypedDict):
    """An expired task counts as failed."""

    total: int
    pending: int
    succeeded: int
    failed: int
    canceled: int


class BatchUrlsDocument(TypedDict):
    self: str
    cancel: str
    tasks: str


class BatchDocument(TypedDict):
    """A batch. `progress`: whole percents of its tasks that have ended."""

    batch_id: str
    counts: BatchCountsDocument
    progress: int
    created_at: str
    finished_at: str | None
    urls: BatchUrlsDocument


class BatchTaskDocument(TypedDict):
    task_id: str
    custom_id: str | None


class AcceptedBatchDocument(BatchDocument):
    """`tasks`: in the order of the items."""

    tasks: list[BatchTaskDocument]
