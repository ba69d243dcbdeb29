"""One try of one delivery: what it says, who signs it, and writing down what came of it."""

from collections.abc import Awaitable, Callable

from domain.model.batch import Batch
from domain.model.events import WebhookTried
from domain.model.task import Task, as_it_began
from domain.model.webhook import Answer, Delivery, EventType, WebhookPolicy, stopped, tried
from domain.use_cases.tenant_secrets import TenantSecretKeeper
from ports.batch_store import BatchStore
from ports.clock import Draw, Elapsed, Now
from ports.task_store import TaskStore
from ports.telemetry import Telemetry
from ports.webhook_outbox import WebhookOutbox
from ports.webhook_sender import Message, WebhookSender

Subject = Task | Batch | None
Body = Callable[[Delivery, Subject], Awaitable[bytes]]
"""The bytes of a webhook. Of a task, or a batch, read when the try is made: how it began and ended
never changes, and its links are fresh."""


class SendWebhook:
    def __init__(
        self,
        outbox: WebhookOutbox,
        store: TaskStore,
        batches: BatchStore,
        secrets: TenantSecretKeeper,
        sender: WebhookSender,
        telemetry: Telemetry,
        now: Now,
        elapsed: Elapsed,
        draw: Draw,
        policy: WebhookPolicy,
    ) -> None:
        self._outbox, self._store, self._batches = outbox, store, batches
        self._secrets = secrets
        self._sender, self._telemetry = sender, telemetry
        self._now, self._elapsed, self._draw, self._policy = now, elapsed, draw, policy

    async def __call__(self, delivery: Delivery, body: Body) -> Answer | None:
        """`delivery` as its lease was stored. None: there was nothing to send any more. Whatever
        keeps the outcome from being stored leaves the lease to end, and it is sent again."""
        subject = await self._subject(delivery)
        if subject is None and delivery.type != EventType.PING:
            await self._settle(stopped(delivery, "What it tells of was deleted."), delivery)
            return None
        began_s = self._elapsed()
        answer = await self._sender.send(
            Message(
                webhook_id=delivery.delivery_id, url=delivery.url,
                body=await body(delivery, subject),
                secrets=await self._secrets.live(delivery.tenant), at=self._now(),
            )
        )  # fmt: skip
        after = tried(delivery, answer, self._now(), self._policy, self._draw())
        self._telemetry.record(WebhookTried(after, self._elapsed() - began_s))
        await self._settle(after, delivery)
        return answer

    async def _subject(self, delivery: Delivery) -> Subject:
        if delivery.batch_id is not None:
            batch = await self._batches.get(delivery.batch_id)
            return None if batch is None or batch.gone(self._now()) else batch
        task = None if delivery.task_id is None else await self._store.get(delivery.task_id)
        if task is None or task.erased_at is not None:
            return None
        began = delivery.type == EventType.STARTED
        return as_it_began(task, delivery.created_at) if began else task

    async def _settle(self, after: Delivery, before: Delivery) -> None:
        """Somebody else's lease, or a redelivery asked for meanwhile, goes first."""
        await self._outbox.replace(after, before.revision)
