"""Where the spans of one request go, across all processes that work on it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Literal, Protocol

Fact = str | int | float | bool
Facts = Mapping[str, Fact]
NO_FACTS: Facts = MappingProxyType({})
Kind = Literal["server", "producer", "consumer", "internal"]


class Span(Protocol):
    """A piece of work that goes on."""

    def tell(self, name: str | None = None, facts: Facts = NO_FACTS) -> None:
        """A better name for it, and what is known of it only now."""


class Tracing(ABC):
    """Never raises and never blocks. Users' texts, addresses and keys are no facts for a span."""

    __slots__ = ()

    @property
    @abstractmethod
    def on(self) -> bool:
        """Whether anybody keeps the spans; where not, nothing has to be asked for one."""

    @abstractmethod
    def span(
        self,
        name: str,
        parent: Mapping[str, str] | None = None,
        kind: Kind = "internal",
        facts: Facts = NO_FACTS,
    ) -> AbstractContextManager[Span]:
        """A span around the block, inside the innermost one of this asyncio task. `parent`: W3C
        trace context headers of another process, which it continues instead; junk in them begins
        a new trace. What the block raises passes, and marks the span by its kind alone."""

    @abstractmethod
    def context(self) -> Mapping[str, str]:
        """The innermost open span as W3C trace context headers, for a message; empty without."""
