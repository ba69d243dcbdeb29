"""Sending a webhook once more because its receiver's owner asks for it."""

from domain.model.webhook import Delivery, redelivered
from domain.use_cases.list_deliveries import own_delivery
from ports.clock import Now
from ports.webhook_outbox import WebhookOutbox


class RedeliverWebhook:
    def __init__(self, outbox: WebhookOutbox, now: Now) -> None:
        self._outbox, self._now = outbox, now

    async def __call__(self, tenant: str, delivery_id: str) -> Delivery:
        """Due at once, under the same id and with the whole schedule ahead. Raises
        `DeliveryNotFound`."""
        while True:
            held = await own_delivery(self._outbox, tenant, delivery_id)
            again = redelivered(held, self._now())
            if await self._outbox.replace(again, held.revision):
                return again
