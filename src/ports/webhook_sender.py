"""Carrying a webhook to the address a user named."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from domain.model.webhook import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`body` goes as it is; each of `secrets` signs it, at unix second `at`."""

    webhook_id: str
    url: str
    body: bytes
    secrets: Sequence[str]
    at: float


class WebhookSender(ABC):
    __slots__ = ()

    @abstractmethod
    async def send(self, message: Message) -> Answer:
        """One POST, signed as Standard Webhooks 1.0 says, and what came of it. Raises for nothing
        that a receiver can do. A redirect is an answer like any other: it is not followed."""
