from adapters.tracing.off import NoTracing
from ports.tracing import Tracing
from tests.contract.clauses.tracing import TracingClauses


class TestNoTracing(TracingClauses):
    def tracing(self) -> Tracing:
        return NoTracing()


def test_a_span_costs_no_object() -> None:
    tracing = NoTracing()
    assert not tracing.on
    assert tracing.span("one") is tracing.span("two")
    assert tracing.context() is tracing.context()
