"""Noting that batches have ended, so that they can be told of and forgotten in the end."""

from domain.model.batch import finished
from ports.batch_store import BatchStore
from ports.clock import Now

AT_ONCE = 100


class FinishBatches:
    def __init__(
        self, batches: BatchStore, now: Now, result_ttl_s: float, idempotency_ttl_s: float
    ) -> None:
        self._batches, self._now = batches, now
        self._keep_s, self._known_s = result_ttl_s, idempotency_ttl_s

    async def __call__(self) -> None:
        """One pass. Any process may run it: of several, one finishes each batch."""
        for batch in await self._batches.ended(AT_ONCE):
            now = self._now()
            await self._batches.finish(
                finished(batch, now, keep_s=self._keep_s, known_s=self._known_s)
            )
