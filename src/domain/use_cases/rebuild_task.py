"""Writing a task down again that the ledger lost, from the wake-up that still names it."""

from domain.model.idempotency import client_key, fingerprint
from domain.model.life_cycle import new_task
from domain.model.task import Task
from domain.model.wakeup import Wakeup
from ports.epoch import Epoch
from ports.task_store import TaskStore


class RebuildTask:
    def __init__(self, store: TaskStore, epoch: Epoch, idempotency_ttl_s: float) -> None:
        self._store, self._epoch = store, epoch
        self._idempotency_ttl_s = idempotency_ttl_s

    async def __call__(self, wakeup: Wakeup) -> Task | None:
        """The task as it was accepted, under its client's id again; None when it was not lost but
        deleted, and must not rise. Many wake-ups at once write it once."""
        if not await self._epoch.lost(wakeup.created_at):
            return None
        request = wakeup.request
        task = new_task(
            wakeup.task_id, wakeup.tenant, request, wakeup.created_at,
            fingerprint=fingerprint(request), request_id=wakeup.request_id,
            retry_of=wakeup.retry_of, batch_id=wakeup.batch_id, custom_id=wakeup.custom_id,
            trace=wakeup.trace,
        )  # fmt: skip
        if request.client_request_id is None:
            return await self._store.insert_once(task, None)
        key = client_key(task.tenant, request.client_request_id, self._idempotency_ttl_s)
        return await self._store.insert_once(task, key)
