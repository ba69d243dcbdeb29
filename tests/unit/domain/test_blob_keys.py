"""Where a task's files lie."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.model.blob_keys import document_key, input_key, input_prefix, picture_key, result_prefix
from domain.model.links import is_key
from domain.model.principal import TENANT
from tests.unit.domain import some_tasks as some

TASK = replace(some.started(), task_id="0190-aa", tenant="acme", created_at=1_700_000_000.0)


def test_names_follow_the_public_pattern() -> None:
    assert picture_key(TASK, 2048, 1024, "png") == (
        "results/acme/20231114/0190-aa/1/0190-aa_2048x1024.png"
    )
    assert document_key(TASK) == "results/acme/20231114/0190-aa/1/0190-aa.json"
    assert input_prefix("acme", "0190-aa") == "inputs/acme/0190-aa/"
    assert input_key("acme", "0190-aa", "mask", "jpeg") == "inputs/acme/0190-aa/mask.jpg"


def test_the_day_is_the_utc_day_of_the_submit() -> None:
    midnight = 1_700_006_400.0
    assert "/20231115/" in result_prefix(replace(TASK, created_at=midnight))
    assert "/20231114/" in result_prefix(replace(TASK, created_at=midnight - 0.001))


def test_attempts_do_not_share_a_name_and_one_prefix_removes_them_all() -> None:
    keys = [
        key
        for attempt in (1, 2, 10)
        for task in [replace(TASK, attempt=attempt)]
        for key in (picture_key(task, 4, 4, "png"), document_key(task))
    ]
    assert len(set(keys)) == 6
    assert all(key.startswith(result_prefix(TASK)) for key in keys)


def test_a_prefix_holds_one_task_only() -> None:
    assert not result_prefix(replace(TASK, task_id="0190-aab")).startswith(result_prefix(TASK))
    assert not input_prefix("acme", "0190-aab").startswith(input_prefix("acme", "0190-aa"))
    assert not input_prefix("acme2", "0190-aa").startswith(input_prefix("acme", ""))


@given(st.from_regex(TENANT, fullmatch=True), st.uuids(), st.integers(1, 99_999))
def test_every_tenants_keys_are_keys(tenant: str, task_id: object, side: int) -> None:
    task = replace(TASK, tenant=tenant, task_id=str(task_id))
    assert is_key(picture_key(task, side, side, "thumb.webp"))
    assert is_key(document_key(task))
    assert is_key(input_key(tenant, str(task_id), "control_image", "webp"))
