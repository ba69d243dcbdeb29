"""A tenant's log of webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.model.errors import DeliveryNotFound
from domain.model.webhook import Delivery
from ports.webhook_outbox import DeliveryQuery, WebhookOutbox


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """`next_before`: the `DeliveryQuery.before` of the next page, None at the end."""

    deliveries: Sequence[Delivery]
    next_before: str | None


class ListDeliveries:
    def __init__(self, outbox: WebhookOutbox) -> None:
        self._outbox = outbox

    async def __call__(self, query: DeliveryQuery) -> DeliveryPage:
        """Newest tasks first. One row more than asked is read, to know whether there are more."""
        found = await self._outbox.list(replace(query, limit=query.limit + 1))
        page = found[: query.limit]
        more = len(found) > query.limit
        return DeliveryPage(page, page[-1].delivery_id if more else None)


class GetDelivery:
    def __init__(self, outbox: WebhookOutbox) -> None:
        self._outbox = outbox

    async def __call__(self, tenant: str, delivery_id: str) -> Delivery:
        """Raises `DeliveryNotFound`: another tenant's looks the same as none."""
        return await own_delivery(self._outbox, tenant, delivery_id)


async def own_delivery(outbox: WebhookOutbox, tenant: str, delivery_id: str) -> Delivery:
    found = await outbox.get(delivery_id)
    if found is None or found.tenant != tenant:
        raise DeliveryNotFound
    return found
