"""The bytes of a finished task."""

from domain.model.errors import StorageUnavailable, TaskExpired, TaskFailed
from domain.model.task import EXPIRED, SUCCESS, Result, Task
from ports.blob_store import Blob, BlobStore


class FetchResult:
    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def of(self, task: Task) -> Result:
        """The result of a terminal task. Raises `TaskFailed` or `TaskExpired` when it has none."""
        if task.status is EXPIRED:
            raise TaskExpired
        if task.status is not SUCCESS or task.result is None:
            why = task.error.message if task.error else "It was canceled."
            raise TaskFailed(f"Task {task.task_id} is {task.status}: {why}")
        return task.result

    async def __call__(self, key: str) -> Blob:
        """The file under `key`. It was stored before the task succeeded, so its absence is our
        fault: `StorageUnavailable`."""
        blob = await self._blobs.get(key)
        if blob is None:
            raise StorageUnavailable("A stored result is missing.")
        return blob
