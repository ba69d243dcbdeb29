"""How tasks and keys are spelled for the server."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.tasks import redis_rows as rows
from domain.model.due import Due, due_times
from domain.model.idempotency import IdempotencyKey, KeyKind
from domain.model.task import Task
from ports.task_store import TaskQuery
from tests.contract.task_factory import START, tasks

names = st.text(alphabet=":%/{}aé\0", max_size=4)
identities = st.builds(IdempotencyKey, names, st.sampled_from(KeyKind), names, st.just(600.0))
lists = st.builds(TaskQuery, tenant=names, batch_id=st.none() | names)


@given(identities, identities)
def test_two_keys_never_share_a_name(one: IdempotencyKey, other: IdempotencyKey) -> None:
    assert (rows.key_name(one) == rows.key_name(other)) == (one == other)


@given(lists, lists)
def test_two_lists_never_share_a_name(one: TaskQuery, other: TaskQuery) -> None:
    assert (rows.list_name(one) == rows.list_name(other)) == (one == other)


@given(tasks)
def test_every_index_hears_of_every_task_to_the_last_bit(task: Task) -> None:
    told = rows.row(task, START)["times"]
    assert set(told) == set(Due), "one that does not apply is told too, so that it is taken out"
    assert {kind: float(at) for kind, at in told.items() if at} == due_times(task)


@given(st.floats(allow_nan=False))
def test_a_span_is_never_too_short_nor_more_than_the_server_can_count(seconds: float) -> None:
    assert 1 <= rows.ms(seconds) <= rows.LONGEST_S * 1000
    assert rows.ms(seconds) >= min(seconds, rows.LONGEST_S) * 1000
