from collections.abc import AsyncIterator, Sequence

import pytest

from adapters.fetch.safe_transport import SafeTransport
from adapters.webhooks.http import HttpWebhookSender
from domain.model.url_policy import UrlPolicy
from tests.contract.clauses.webhook_sender import Place, WebhookSenderClauses
from tests.servers.scripted_http import answer
from tests.servers.webhook_receiver import WebhookReceiver


class Loopback(Place):
    def __init__(self, server: WebhookReceiver, sender: HttpWebhookSender) -> None:
        self._server = server
        self.sender = sender

    def url(self) -> str:
        return self._server.url()

    def answers(self, status: int, retry_after: str | None = None) -> None:
        more = {"retry_after": retry_after} if retry_after else {}
        self._server.script([answer(status, location=self._server.url("/elsewhere"), **more)])

    def arrived(self) -> Sequence[tuple[dict[str, str], bytes]]:
        return [(each.headers, each.body) for each in self._server.arrivals]


class TestHttpWebhookSender(WebhookSenderClauses):
    @pytest.fixture
    async def place(self) -> AsyncIterator[Place]:
        async with WebhookReceiver() as server:
            policy = UrlPolicy(f"127.0.0.1:{server.port}")
            sender = HttpWebhookSender(lambda: SafeTransport(policy))
            await sender.start()
            yield Loopback(server, sender)
            await sender.aclose()
