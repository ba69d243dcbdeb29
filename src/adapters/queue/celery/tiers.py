"""Taking one message from one queue of the connected broker."""

from abc import ABC, abstractmethod
from typing import Any


class Tiers(ABC):
    """On one connection, from `open` to `close`, on the hub's thread."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel

    @abstractmethod
    def get(self, queue: str) -> Any:
        """The first message as kombu knows messages, un-acked; None from an empty queue."""

    @abstractmethod
    def waiting(self, queue: str) -> int: ...

    def open(self, hub: Any) -> None:
        return

    def close(self) -> None:
        return


class AmqpTiers(Tiers):
    def get(self, queue: str) -> Any:
        raw = self.channel.basic_get(queue)
        return None if raw is None else self.channel.message_to_python(raw)

    def waiting(self, queue: str) -> int:
        count: int = self.channel.queue_declare(queue, passive=True).message_count
        return count
