"""No spans: what a process uses that nobody asked to trace."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType

from ports.tracing import NO_FACTS, Facts, Kind, Span, Tracing

NO_CONTEXT: Mapping[str, str] = MappingProxyType({})


class _NoSpan:
    def tell(self, name: str | None = None, facts: Facts = NO_FACTS) -> None:
        return


_NOTHING: AbstractContextManager[Span] = nullcontext(_NoSpan())


class NoTracing(Tracing):
    """The same nothing each time, so that a span costs a call and no more."""

    __slots__ = ()

    @property
    def on(self) -> bool:
        return False

    def span(
        self,
        name: str,
        parent: Mapping[str, str] | None = None,
        kind: Kind = "internal",
        facts: Facts = NO_FACTS,
    ) -> AbstractContextManager[Span]:
        return _NOTHING

    def context(self) -> Mapping[str, str]:
        return NO_CONTEXT
