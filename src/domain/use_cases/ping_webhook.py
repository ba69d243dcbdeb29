"""A webhook that tells of nothing, to try a receiver with."""

from domain.model.url_policy import UrlPolicy
from domain.model.webhook import Delivery, EventType, new_delivery
from domain.use_cases.read_submission import judge_url
from ports.clock import NewId, Now
from ports.webhook_outbox import WebhookOutbox


class PingWebhook:
    def __init__(self, outbox: WebhookOutbox, urls: UrlPolicy, now: Now, new_id: NewId) -> None:
        self._outbox, self._urls = outbox, urls
        self._now, self._new_id = now, new_id

    async def __call__(self, tenant: str, url: str) -> Delivery:
        """Written down; it is tried once. Raises `UrlNotAllowed`."""
        host = judge_url(self._urls, url, "/callback_url").host
        ping = new_delivery(
            self._new_id(), tenant, url, host, EventType.PING, self._now(), once=True
        )
        await self._outbox.replace(ping, None)
        return ping
