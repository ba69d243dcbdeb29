from collections.abc import Sequence

import pytest

from adapters.tracing.memory import MemoryTracing
from ports.tracing import Tracing
from tests.contract.clauses.tracing import KeptTracingClauses, Seen

pytestmark = pytest.mark.anyio


class TestMemoryTracing(KeptTracingClauses):
    def tracing(self) -> Tracing:
        return MemoryTracing()

    def seen(self, tracing: Tracing) -> Sequence[Seen]:
        assert isinstance(tracing, MemoryTracing)
        return [
            Seen(each.name, each.trace_id, each.span_id, each.parent_id, each.failed, each.facts)
            for each in tracing.spans
        ]
