"""Spans of the OpenTelemetry SDK. The one file that imports it, and only where it is asked for."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.model.errors import DarkroomError
from ports.lifecycle import Lifecycle
from ports.tracing import NO_FACTS, Facts, Kind, Tracing

KINDS: Mapping[Kind, SpanKind] = {
    "server": SpanKind.SERVER,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
MAX_STATE_CHARS = 512
"""Of a caller's tracestate, which travels on in the row and in the message."""

_w3c = TraceContextTextMapPropagator()


class _OpenSpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, name: str | None = None, facts: Facts = NO_FACTS) -> None:
        if name is not None:
            self._span.update_name(name)
        self._span.set_attributes(dict(facts))


class OpenTelemetryTracing(Tracing, Lifecycle):
    """Over a provider of our own, none of the process's globals. Facts are attributes. Baggage is
    not carried: it would be the caller's own text, without a bound."""

    def __init__(self, provider: TracerProvider, version: str) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("darkroom", version)

    async def aclose(self) -> None:
        """Send what is left; the exporter gives up by its own time limit."""
        await asyncio.to_thread(self._provider.shutdown)

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
    ) -> Iterator[_OpenSpan]:
        above = None if parent is None else _w3c.extract(_bounded(parent), Context())
        with self._tracer.start_as_current_span(
            name, above, KINDS[kind], record_exception=False, set_status_on_exception=False
        ) as span:
            told = _OpenSpan(span)
            told.tell(None, facts)
            try:
                yield told
            except BaseException as error:
                # Never its text: that may quote what a user sent.
                code = error.code if isinstance(error, DarkroomError) else type(error).__name__
                span.set_attribute("error.type", code)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def context(self) -> Mapping[str, str]:
        headers: dict[str, str] = {}
        _w3c.inject(headers)
        return headers


def _bounded(parent: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parent.items() if len(value) <= MAX_STATE_CHARS}
