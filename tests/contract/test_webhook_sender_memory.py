from collections.abc import Sequence

import pytest

from adapters.webhooks.memory import MemoryWebhookSender
from domain.model.webhook import Answer
from tests.contract.clauses.webhook_sender import Place, WebhookSenderClauses


class Inbox(Place):
    def __init__(self) -> None:
        self._memory = MemoryWebhookSender()
        self.sender = self._memory

    def url(self) -> str:
        return "https://hooks.example/a"

    def answers(self, status: int, retry_after: str | None = None) -> None:
        wait_s = None if retry_after is None else float(retry_after)
        self._memory.script(self.url(), [Answer(status, retry_after_s=wait_s)])

    def arrived(self) -> Sequence[tuple[dict[str, str], bytes]]:
        return [(each.headers, each.body) for each in self._memory.arrived]


class TestMemoryWebhookSender(WebhookSenderClauses):
    @pytest.fixture
    def place(self) -> Place:
        return Inbox()
