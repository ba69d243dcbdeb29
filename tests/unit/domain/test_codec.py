import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.model.codec import (
    UnreadableMessage,
    request_from_json,
    request_to_json,
    task_from_json,
    task_to_json,
    wakeup_from_json,
    wakeup_to_json,
)
from domain.model.request import TaskRequest
from domain.model.task import Result, Task
from domain.model.wakeup import Wakeup
from tests.contract.task_factory import RESULT, pending, requests, tasks, wakeup, wakeups

few = settings(max_examples=30, deadline=None)
"""Each example is a whole task, so a few of them hold many values."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def through_text(value: Any) -> Any:
    return json.loads(json.dumps(value))


@few
@given(tasks)
def test_a_task_comes_back_as_it_was(task: Task) -> None:
    assert task_from_json(through_text(task_to_json(task))) == task
    assert task_from_json(task_to_json(task)) == task


@few
@given(requests)
def test_a_request_comes_back_as_it_was(request: TaskRequest) -> None:
    assert request_from_json(through_text(request_to_json(request))) == request


@few
@given(wakeups)
def test_a_wakeup_comes_back_as_it_was(message: Wakeup) -> None:
    assert wakeup_from_json(through_text(wakeup_to_json(message))) == message


def test_what_is_written_is_plain_json_and_whole() -> None:
    data = task_to_json(replace(pending(), result=RESULT))
    assert through_text(data) == data
    assert data.keys() == {field.name for field in fields(Task)}
    assert data["result"].keys() == {field.name for field in fields(Result)}
    assert type(data["status"]) is str


def test_keys_of_a_newer_release_are_passed_over() -> None:
    message = wakeup()
    data = wakeup_to_json(message)
    data["request"]["output"]["vignette"] = {"depth": 1}
    assert wakeup_from_json({**data, "shard": 3}) == message


def test_keys_of_an_older_release_take_their_defaults() -> None:
    message = wakeup()
    data = wakeup_to_json(message)
    del data["trace"], data["request_id"], data["request"]["metadata"], data["request"]["output"]
    assert wakeup_from_json(data) == message


@pytest.mark.parametrize("version", [0, 2, "1", None, [1], True])
def test_another_version_is_unreadable(version: Any) -> None:
    data = {**wakeup_to_json(wakeup()), "v": version}
    with pytest.raises(UnreadableMessage):
        wakeup_from_json(data)


def test_a_message_without_a_version_is_unreadable() -> None:
    data = wakeup_to_json(wakeup())
    del data["v"]
    with pytest.raises(UnreadableMessage, match="version 1 expected, not None"):
        wakeup_from_json(data)


@pytest.mark.parametrize("name", ["task_id", "tenant", "priority", "request", "created_at"])
def test_what_has_no_default_has_to_be_there(name: str) -> None:
    data = wakeup_to_json(wakeup())
    del data[name]
    with pytest.raises(UnreadableMessage, match=name):
        wakeup_from_json(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("task_id", 5),
        ("tenant", None),
        ("priority", "urgent"),
        ("priority", ["high"]),
        ("created_at", "now"),
        ("created_at", True),
        ("created_at", 10**400),
        ("trace", {"traceparent": 1}),
        ("request", []),
        ("request.model", None),
        ("request.output.format", "gif"),
        ("request.output.thumbnail", 1),
        ("request.output.quality", 80.5),
        ("request.pictures", {"image": "https://example.com"}),
        ("request.ttl_s", True),
    ],
)
def test_a_value_of_the_wrong_type_is_named(path: str, value: Any) -> None:
    data = wakeup_to_json(wakeup())
    *parents, name = path.split(".")
    place = data
    for parent in parents:
        place = place[parent]
    place[name] = value
    with pytest.raises(UnreadableMessage, match=path.replace(".", r"\.")):
        wakeup_from_json(data)


@pytest.mark.parametrize("size", [[1] * sides for sides in range(5)])
def test_a_size_has_two_sides(size: list[int]) -> None:
    data = task_to_json(replace(pending(), result=RESULT))
    data["result"]["size"] = size
    if len(size) == 2:
        assert task_from_json(data).result == replace(RESULT, size=(1, 1))
    else:
        with pytest.raises(UnreadableMessage, match="2 items expected"):
            task_from_json(data)


@few
@given(data=anything, place=st.sampled_from([field.name for field in fields(Wakeup)]))
def test_whatever_comes_is_read_or_unreadable(data: Any, place: str) -> None:
    for message in (data, {**wakeup_to_json(wakeup()), place: data}):
        try:
            assert isinstance(wakeup_from_json(message), Wakeup)
        except UnreadableMessage as error:
            assert str(error)  # noqa: PT017 - either outcome is right, a third is not
