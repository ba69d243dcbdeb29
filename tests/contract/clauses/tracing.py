"""What every tracing adapter keeps to: following the work must not harm it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ports.tracing import Tracing

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "vendor=value"}

some = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)


@dataclass(frozen=True)
class Seen:
    """A span that ended. `failed`: of what kind was what its block raised."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    failed: str | None
    facts: dict[str, object]


class TracingClauses:
    """The binding says how to build one."""

    def tracing(self) -> Tracing:
        raise NotImplementedError

    def test_01_what_a_block_raises_passes(self) -> None:
        tracing = self.tracing()
        for error in (ValueError("text"), asyncio.CancelledError(), SystemExit(3)):
            with pytest.raises(type(error)) as raised, tracing.span("outer"), tracing.span("inner"):
                raise error
            assert raised.value is error

    @some
    @given(
        name=st.text(), text=st.text(), number=st.integers() | st.floats(),
        parent=st.dictionaries(st.sampled_from(["traceparent", "tracestate", "x"]),
                               st.text() | st.sampled_from(list(PARENT.values()))),
    )  # fmt: skip
    def test_02_no_name_fact_or_parent_makes_it_raise(
        self, name: str, text: str, number: float, parent: dict[str, str]
    ) -> None:
        tracing = self.tracing()
        with tracing.span(name, parent, facts={"text": text, "number": number}) as span:
            span.tell(text, {"late": True})
            for value in tracing.context().values():
                value.encode("ascii")

    def test_03_there_is_no_context_outside_a_span(self) -> None:
        tracing = self.tracing()
        with tracing.span("over"):
            pass
        assert dict(tracing.context()) == {}


class KeptTracingClauses(TracingClauses):
    """Of one that keeps its spans: the binding says which."""

    def seen(self, tracing: Tracing) -> Sequence[Seen]:
        """In the order of their ends."""
        raise NotImplementedError

    def test_11_it_says_that_it_is_on(self) -> None:
        assert self.tracing().on

    def test_12_a_span_in_a_span_belongs_to_it(self) -> None:
        tracing = self.tracing()
        with tracing.span("outer"), tracing.span("inner"):
            pass
        inner, outer = self.seen(tracing)
        assert (inner.name, outer.name) == ("inner", "outer")
        assert inner.trace_id == outer.trace_id
        assert (inner.parent_id, outer.parent_id) == (outer.span_id, "")

    def test_13_a_trace_goes_on_in_another_process(self) -> None:
        sender, receiver = self.tracing(), self.tracing()
        with sender.span("send", PARENT, "producer"):
            headers = dict(sender.context())
        with receiver.span("receive", headers, "consumer"):
            pass
        [sent], [received] = self.seen(sender), self.seen(receiver)
        assert (sent.trace_id, sent.parent_id) == (TRACE, SPAN)
        assert (received.trace_id, received.parent_id) == (TRACE, sent.span_id)

    @pytest.mark.parametrize(
        "junk",
        ["", "junk", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE}"],
    )
    def test_14_junk_begins_a_new_trace(self, junk: str) -> None:
        tracing = self.tracing()
        with tracing.span("around"), tracing.span("received", {"traceparent": junk}):
            pass
        received, around = self.seen(tracing)
        assert received.parent_id == ""
        assert received.trace_id not in (around.trace_id, TRACE)

    async def test_15_tasks_side_by_side_do_not_see_each_other(self) -> None:
        tracing, both = self.tracing(), asyncio.Barrier(2)

        async def work(name: str) -> None:
            with tracing.span(name, {}):
                await both.wait()
                with tracing.span(f"{name}-inside"):
                    await both.wait()

        await asyncio.gather(work("a"), work("b"))
        spans = {span.name: span for span in self.seen(tracing)}
        for name in ("a", "b"):
            assert spans[f"{name}-inside"].parent_id == spans[name].span_id
        assert spans["a"].trace_id != spans["b"].trace_id

    def test_16_an_error_marks_its_span_and_leaves_its_text_out(self) -> None:
        tracing = self.tracing()
        with pytest.raises(ValueError, match="a user's words"), tracing.span("failing"):
            raise ValueError("a user's words")
        with tracing.span("well"):
            pass
        failing, well = self.seen(tracing)
        assert (failing.failed, well.failed) == ("ValueError", None)
        assert "a user's words" not in repr(self.seen(tracing))

    def test_17_names_and_facts_may_come_late(self) -> None:
        tracing = self.tracing()
        with tracing.span("GET", facts={"a": 1}) as span:
            span.tell("GET /v1/tasks", {"b": "two"})
        [seen] = self.seen(tracing)
        assert seen.name == "GET /v1/tasks"
        assert {"a": 1, "b": "two"}.items() <= seen.facts.items()
