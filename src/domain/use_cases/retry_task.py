"""Running a finished task's request once more, as a new task."""

from dataclasses import replace

from domain.model.blob_keys import input_prefix
from domain.model.errors import TaskGone, TaskNotTerminal
from domain.model.life_cycle import new_task
from domain.model.model_registry import ModelRegistry
from domain.model.principal import Principal
from domain.model.request import Source
from domain.model.task import Task
from domain.use_cases.daily_tasks import key_id_of
from domain.use_cases.find_room import FindRoom
from domain.use_cases.get_task import GetTask
from domain.use_cases.judge_prompt import JudgePrompt
from domain.use_cases.wake_worker import WakeWorker
from ports.blob_store import BlobStore
from ports.clock import NewId, Now
from ports.task_store import TaskStore
from ports.tracing import Tracing


class RetryTask:
    def __init__(
        self,
        get: GetTask,
        room: FindRoom,
        models: ModelRegistry,
        judge: JudgePrompt,
        store: TaskStore,
        blobs: BlobStore,
        wake: WakeWorker,
        now: Now,
        new_id: NewId,
        tracing: Tracing,
    ) -> None:
        self._get, self._room, self._models, self._judge = get, room, models, judge
        self._store, self._blobs, self._wake = store, blobs, wake
        self._now, self._new_id, self._tracing = now, new_id, tracing

    async def __call__(
        self,
        tenant: str,
        task_id: str,
        request_id: str | None = None,
        caller: Principal | None = None,
    ) -> Task:
        """A new PENDING task with `retry_of`; never deduplicated. Its inline pictures are copied,
        so that deleting one task leaves the other whole. Raises `TaskNotTerminal`, `TaskGone`,
        `UnknownModel` or `ModelUnavailable` for one that was taken away meanwhile,
        `ContentFiltered`, and as a submit where there is no room for more."""
        old = await self._get(tenant, task_id)
        if not old.terminal:
            raise TaskNotTerminal(f"Task {task_id} is {old.status}.")
        self._models.asked(old.request.model)
        await self._judge(old.request)
        await self._room(tenant, [old.request], caller)
        new_id = self._new_id()
        request = replace(
            old.request,
            client_request_id=None,
            pictures={
                role: await self._copied(role, source, input_prefix(tenant, new_id))
                for role, source in old.request.pictures.items()
            },
        )
        task = new_task(
            new_id, tenant, request, self._now(),
            fingerprint=old.fingerprint, retry_of=task_id, request_id=request_id,
            trace=self._tracing.context(), key_id=key_id_of(caller),
        )  # fmt: skip
        kept = await self._store.insert_once(task, None)
        await self._wake(kept)
        return kept

    async def _copied(self, role: str, source: Source, prefix: str) -> Source:
        if source.blob is None:
            return source
        blob = await self._blobs.get(source.blob)
        if blob is None:
            raise TaskGone("The picture of this task is no longer stored.")
        await self._blobs.put(prefix + role, blob.data, blob.content_type)
        return replace(source, blob=prefix + role)
