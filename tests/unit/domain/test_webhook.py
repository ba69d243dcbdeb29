"""What a delivery is, and what becomes of it after each try."""

from dataclasses import replace

import pytest

from domain.model.task import Move, move
from domain.model.webhook import (
    KEPT_S,
    LONGEST_SCHEDULE_S,
    LONGEST_WAIT_S,
    Answer,
    Delivery,
    EventType,
    Outcome,
    WebhookPolicy,
    leased,
    new_delivery,
    redelivered,
    stopped,
    tried,
)
from tests.unit.domain.some_tasks import NOW, pending

POLICY = WebhookPolicy()
HOOK = "https://hooks.example.com:443/a?b=c"
FRESH = new_delivery("1", "acme", HOOK, "hooks.example.com", EventType.SUCCEEDED, NOW, "1")


def after(delivery: Delivery, answer: Answer, draw: float = 0.0) -> Delivery:
    return tried(leased(delivery, NOW, POLICY), answer, NOW, POLICY, draw)


def test_it_is_due_at_once_and_named_without_a_full_stop() -> None:
    assert FRESH.next_at == NOW
    assert FRESH.delivery_id == "msg_1_succeeded"
    assert FRESH.outcome is Outcome.PENDING


def test_it_knows_the_host_it_goes_to() -> None:
    (row,) = move(pending(callback_url="https://Hooks.Example.COM:443/x"), Move.CANCEL, NOW).outbox
    assert row.lane.host == "hooks.example.com"
    (odd,) = move(pending(callback_url="what is this"), Move.CANCEL, NOW).outbox
    assert odd.host == "", "a row that no submit would take today ends its task all the same"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (None, ["task.canceled"]),
        (("task.started",), ["task.started"]),
        (("task.started", "task.canceled"), ["task.started", "task.canceled"]),
        (("task.succeeded",), []),
    ],
)
def test_a_caller_is_told_what_it_asked_for(asked: tuple[str, ...] | None, told: list[str]) -> None:
    task = pending(callback_url=HOOK, webhook_events=asked)
    started = move(task, Move.CLAIM, NOW, attempt=1)
    ended = move(started.task, Move.CANCEL, NOW + 1)
    assert [row.type for row in (*started.outbox, *ended.outbox)] == told


def test_only_the_first_start_is_told() -> None:
    task = pending(callback_url=HOOK, webhook_events=("task.started",))
    assert move(task, Move.CLAIM, NOW, attempt=2).outbox == ()


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_2xx_is_the_end(status: int) -> None:
    done = after(FRESH, Answer(status))
    assert (done.outcome, done.next_at, done.leased_until) == (Outcome.DELIVERED, None, None)
    assert (done.tries, done.status, done.error) == (1, status, None)


def test_410_stops_it() -> None:
    over = after(FRESH, Answer(410))
    assert (over.outcome, over.next_at, over.status) == (Outcome.STOPPED, None, 410)


@pytest.mark.parametrize("status", [100, 199, 300, 302, 308, 400, 404, 429, 500, 503, None])
def test_everything_else_is_tried_again(status: int | None) -> None:
    again = after(FRESH, Answer(status, None if status else "refused"))
    assert again.outcome is Outcome.PENDING
    assert again.next_at == NOW + 5
    assert again.error == ("refused" if status is None else f"The receiver answered {status}.")


def test_the_schedule_is_that_of_the_docs_and_then_it_has_failed() -> None:
    delivery, waits = FRESH, []
    while delivery.outcome is Outcome.PENDING:
        assert delivery.next_at is not None
        waits.append(delivery.next_at - NOW)
        delivery = after(delivery, Answer(500))
    assert waits == [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 86_400]
    assert (delivery.outcome, delivery.tries, delivery.next_at) == (Outcome.FAILED, 8, None)
    assert sum(waits) * (1 + POLICY.jitter) < LONGEST_SCHEDULE_S


def test_jitter_only_ever_adds() -> None:
    waits = [(after(FRESH, Answer(500), draw).next_at or 0) - NOW for draw in (0.0, 0.5, 0.999)]
    assert waits == pytest.approx([5, 5.5, 5.999])


def test_retry_after_is_kept_where_it_is_longer() -> None:
    assert after(FRESH, Answer(429, retry_after_s=60)).next_at == NOW + 60
    assert after(FRESH, Answer(503, retry_after_s=1)).next_at == NOW + 5
    assert after(FRESH, Answer(429, retry_after_s=1e12)).next_at == NOW + LONGEST_WAIT_S


def test_a_lease_outlasts_a_try() -> None:
    held = leased(FRESH, NOW, POLICY)
    assert held.next_at == held.leased_until
    assert held.leased_until is not None
    assert held.leased_until > NOW + POLICY.timeout_s
    assert held.revision == FRESH.revision + 1
    assert held.tries == 0, "a sender that dies has cost the receiver nothing"


def test_what_is_tried_once_is_not_tried_again() -> None:
    assert after(replace(FRESH, once=True), Answer(500)).outcome is Outcome.FAILED


@pytest.mark.parametrize("answer", [Answer(200), Answer(410), Answer(500)])
def test_redelivered_it_starts_over_under_the_same_name(answer: Answer) -> None:
    before = after(FRESH, answer)
    again = redelivered(before, NOW + 60)
    assert again.delivery_id == FRESH.delivery_id
    assert (again.outcome, again.tries, again.next_at) == (Outcome.PENDING, 0, NOW + 60)
    assert again.forget_at == NOW + 60 + KEPT_S
    assert again.revision == before.revision + 1


def test_stopped_it_says_why() -> None:
    over = stopped(leased(FRESH, NOW, POLICY), "What it tells of was deleted.")
    assert (over.outcome, over.next_at, over.leased_until) == (Outcome.STOPPED, None, None)
    assert over.error == "What it tells of was deleted."


def test_who_answers_is_there_unless_it_asks_for_less() -> None:
    assert [Answer(status).healthy for status in (200, 302, 404, 410, 500)] == [True] * 5
    assert [Answer(status).healthy for status in (429, 502, 503, 504, None)] == [False] * 5
