from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.tracing.opentelemetry import OpenTelemetryTracing
from ports.tracing import Tracing
from tests.contract.clauses.tracing import PARENT, KeptTracingClauses, Seen

pytestmark = pytest.mark.anyio


class TestOpenTelemetryTracing(KeptTracingClauses):
    def tracing(self) -> Tracing:
        self.exporters = getattr(self, "exporters", {})
        exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracing = OpenTelemetryTracing(provider, "0")
        self.exporters[id(tracing)] = exporter
        return tracing

    def seen(self, tracing: Tracing) -> Sequence[Seen]:
        return [_seen(span) for span in self.exporters[id(tracing)].get_finished_spans()]

    def test_21_a_tracestate_without_end_is_left_behind(self) -> None:
        tracing = self.tracing()
        with tracing.span("receive", PARENT | {"tracestate": f"vendor={'x' * 600}"}):
            assert "tracestate" not in tracing.context()
        with tracing.span("receive", PARENT):
            assert tracing.context()["tracestate"] == "vendor=value"


def _seen(span: ReadableSpan) -> Seen:
    assert span.context is not None
    facts = dict(span.attributes or {})
    failed = facts.get("error.type")
    assert span.status.is_ok == (failed is None)
    return Seen(
        span.name, f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}",
        f"{span.parent.span_id:016x}" if span.parent else "",
        None if failed is None else str(failed), facts,
    )  # fmt: skip
