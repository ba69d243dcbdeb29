"""How long a key answers, and for what."""

from dataclasses import replace

import pytest

from domain.model.idempotency import FAILED, KeyKind, client_key, signature_key
from domain.model.life_cycle import erase
from domain.model.task import TERMINAL, Task, TaskStatus
from tests.unit.domain import some_tasks as some
from tests.unit.domain.some_tasks import NOW

CLIENT = client_key("acme", "c-1", ttl_s=100.0)
SIGNATURE = signature_key("acme", "ab" * 32, window_s=100.0)
FRESH, OLD = NOW + 99.9, NOW + 100.0


def test_keys_of_two_kinds_never_meet() -> None:
    assert (CLIENT.kind, CLIENT.value) == (KeyKind.CLIENT, "c-1")
    assert (SIGNATURE.kind, SIGNATURE.value) == (KeyKind.SIGNATURE, "ab" * 32)
    assert client_key("acme", "x", 1.0) != signature_key("acme", "x", 1.0)


@pytest.mark.parametrize("status", TaskStatus)
@pytest.mark.parametrize("now", [FRESH, OLD, OLD + 1e9])
def test_a_clients_key_lives_as_long_as_its_task(status: TaskStatus, now: float) -> None:
    assert CLIENT.answered_by(some.in_state(status), now)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_clients_key_outlives_an_erased_task_until_its_own_end(status: TaskStatus) -> None:
    stone = erase(some.in_state(status), NOW)
    assert CLIENT.answered_by(stone, FRESH)
    assert not CLIENT.answered_by(stone, OLD)


@pytest.mark.parametrize("status", TaskStatus)
def test_a_signature_stands_for_its_window_and_for_no_failure(status: TaskStatus) -> None:
    task = some.in_state(status)
    assert SIGNATURE.answered_by(task, FRESH) == (status not in FAILED)
    assert not SIGNATURE.answered_by(task, OLD)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_signature_never_stands_for_an_erased_task(status: TaskStatus) -> None:
    assert not SIGNATURE.answered_by(erase(some.in_state(status), NOW), FRESH)


def test_the_window_is_counted_from_the_submit() -> None:
    later: Task = replace(some.succeeded().task, created_at=NOW + 50)
    assert SIGNATURE.answered_by(later, NOW + 149)
