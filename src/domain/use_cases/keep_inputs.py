"""Where the pictures of a new task will lie, and putting them there."""

from hashlib import sha256

from domain.model.blob_keys import input_key, input_prefix
from domain.model.inputs import Inputs
from domain.model.picture import format_of
from domain.model.request import Source
from domain.model.task import Task
from ports.blob_store import BlobStore


def sources(tenant: str, task_id: str, inputs: Inputs) -> dict[str, Source]:
    """By role: addresses as they are, files by their blob and digest."""
    return {role: Source(url=url) for role, url in inputs.urls.items()} | {
        role: Source(
            blob=input_key(tenant, task_id, role, format_of(data)),
            sha256=sha256(data).hexdigest(),
        )
        for role, data in inputs.files.items()
    }


class KeepInputs:
    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def __call__(self, task: Task, inputs: Inputs) -> None:
        """Store the inline pictures, before `task` is written down."""
        for role, data in inputs.files.items():
            key = input_key(task.tenant, task.task_id, role, format_of(data))
            await self._blobs.put(key, data, f"image/{format_of(data)}")

    async def drop(self, task: Task, inputs: Inputs) -> None:
        """`task` was not written down after all."""
        if inputs.files:
            await self._blobs.delete(input_prefix(task.tenant, task.task_id))
