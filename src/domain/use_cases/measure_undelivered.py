"""How long the oldest webhook has waited."""

from ports.clock import Now
from ports.webhook_outbox import WebhookOutbox


class MeasureUndelivered:
    def __init__(self, outbox: WebhookOutbox, now: Now) -> None:
        self._outbox, self._now = outbox, now

    async def __call__(self) -> float:
        """Seconds; 0 when every webhook has arrived or was given up."""
        oldest_at = (await self._outbox.backlog(1)).oldest_at
        return 0.0 if oldest_at is None else max(0.0, self._now() - oldest_at)
