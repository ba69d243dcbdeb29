"""Noting that batches have ended, so that they can be told of and forgotten in the end."""

from domain.model.batch import Batch, finished
from domain.model.url_policy import host_of
from domain.model.webhook import EventType, new_delivery
from ports.batch_store import BatchStore
from ports.clock import Now
from ports.webhook_outbox import WebhookOutbox

AT_ONCE = 100


class FinishBatches:
    def __init__(
        self, batches: BatchStore, outbox: WebhookOutbox, now: Now, result_ttl_s: float,
        idempotency_ttl_s: float,
    ) -> None:  # fmt: skip
        self._batches, self._outbox, self._now = batches, outbox, now
        self._keep_s, self._known_s = result_ttl_s, idempotency_ttl_s

    async def __call__(self) -> None:
        """One pass. Any process may run it: of several, one finishes each batch."""
        for batch in await self._batches.ended(AT_ONCE):
            now = self._now()
            await self._tell(batch, now)
            await self._batches.finish(
                finished(batch, now, keep_s=self._keep_s, known_s=self._known_s)
            )

    async def _tell(self, batch: Batch, now: float) -> None:
        """Before it is noted as finished: whoever dies in between is repeated, and the webhook's
        name, made of the batch's, is given once."""
        if batch.callback_url is not None:
            told = new_delivery(
                batch.batch_id, batch.tenant, batch.callback_url, host_of(batch.callback_url),
                EventType.BATCH_COMPLETED, now, batch_id=batch.batch_id,
            )  # fmt: skip
            await self._outbox.replace(told, None)
