"""Spans kept in the process, for whoever wants to look at them: tests first of all."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import uuid4

from ports.tracing import NO_FACTS, Fact, Facts, Kind, Tracing

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
ZEROS = re.compile(r"0+")


@dataclass(slots=True)
class KeptSpan:
    """`failed`: the type of what its block raised. A root has an empty `parent_id`."""

    name: str
    kind: Kind
    trace_id: str
    parent_id: str
    facts: dict[str, Fact]
    span_id: str = field(default_factory=lambda: uuid4().hex[16:])
    failed: str | None = None

    def tell(self, name: str | None = None, facts: Facts = NO_FACTS) -> None:
        self.name = name or self.name
        self.facts.update(facts)


class MemoryTracing(Tracing):
    """`spans`: the last `max_spans` that ended, in the order of their ends."""

    def __init__(self, max_spans: int = 1_000) -> None:
        self.spans: deque[KeptSpan] = deque(maxlen=max_spans)
        self._open: ContextVar[KeptSpan | None] = ContextVar("open", default=None)

    @property
    def on(self) -> bool:
        return True

    @contextmanager
    def span(
        self,
        name: str,
        parent: Mapping[str, str] | None = None,
        kind: Kind = "internal",
        facts: Facts = NO_FACTS,
    ) -> Iterator[KeptSpan]:
        trace_id, parent_id = self._above(parent)
        span = KeptSpan(name, kind, trace_id, parent_id, dict(facts))
        before = self._open.set(span)
        try:
            yield span
        except BaseException as error:
            span.failed = type(error).__name__
            raise
        finally:
            self._open.reset(before)
            self.spans.append(span)

    def context(self) -> Mapping[str, str]:
        span = self._open.get()
        return {} if span is None else {"traceparent": f"00-{span.trace_id}-{span.span_id}-01"}

    def _above(self, parent: Mapping[str, str] | None) -> tuple[str, str]:
        """The trace and the span that the next span belongs into."""
        if parent is None:
            parent = self.context()
        found = TRACEPARENT.fullmatch(parent.get("traceparent", ""))
        if found is None or any(ZEROS.fullmatch(part) for part in found.groups()):
            return uuid4().hex, ""
        return found[1], found[2]
