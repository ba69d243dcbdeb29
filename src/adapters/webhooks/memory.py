"""Webhooks that never leave the process: for tests and embedded use."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from adapters.webhooks.signing import signed_headers
from domain.model.errors import UrlNotAllowed
from domain.model.url_policy import UrlPolicy
from domain.model.webhook import Answer
from ports.webhook_sender import Message, WebhookSender


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a receiver would have got."""

    url: str
    headers: dict[str, str]
    body: bytes


class MemoryWebhookSender(WebhookSender):
    """Judges and signs as the real one does. `arrived`: the last `kept` webhooks, oldest first.
    Addresses answer 200, or what `script` says, one after the other."""

    def __init__(self, policy: UrlPolicy | None = None, kept: int = 1_000) -> None:
        self._policy = policy or UrlPolicy()
        self._script: dict[str, deque[Answer]] = {}
        self.arrived: deque[Arrived] = deque(maxlen=kept)

    def script(self, url: str, answers: Iterable[Answer]) -> None:
        """`url` answers so from now on, the last one for ever."""
        self._script[self._policy.judge_url(url).url] = deque(answers)

    async def send(self, message: Message) -> Answer:
        try:
            url = self._policy.judge_url(message.url).url
        except UrlNotAllowed as error:
            return Answer(error=error.detail)
        answers = self._script.get(url, deque([Answer(200)]))
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        if answer.status is not None:
            self.arrived.append(Arrived(url, signed_headers(message), message.body))
        return answer
