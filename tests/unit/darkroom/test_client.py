"""What the client sends, and what it makes of the answers."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from darkroom.client import Darkroom
from darkroom.problem import DarkroomProblem
from tests.unit.darkroom.scripted import TASK_ID, Script, answer, task

URL = "http://darkroom.test"
REFUSED = httpx2.ConnectError("Connection refused")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkroom.transport.PAUSES_S", (0, 0))


def client(script: Script) -> Darkroom:
    return Darkroom(URL + "/", "the-key", transport=script)


def test_a_submit_sends_key_model_and_picture() -> None:
    script = Script(answer(task(), 202))
    with client(script) as darkroom:
        found = darkroom.submit("invert", image=b"bytes", params={"strength": 0.5}, ttl_s=9)
    assert found["task_id"] == TASK_ID
    assert script.calls == ["POST /v1/tasks"]
    assert script.requests[0].headers["x-api-key"] == "the-key"
    sent = script.body()
    assert sent["model"] == "invert"
    assert sent["input"] == {"image_base64": base64.b64encode(b"bytes").decode()}
    assert (sent["params"], sent["ttl_s"]) == ({"strength": 0.5}, 9)


def test_every_submit_has_an_idempotency_key_of_its_own() -> None:
    script = Script(answer(task(), 202))
    with client(script) as darkroom:
        darkroom.submit("invert", image=b"x")
        darkroom.submit("invert", image=b"x")
        darkroom.submit("invert", image=b"x", client_request_id="mine")
    first, second, own = (script.body(at)["client_request_id"] for at in range(3))
    assert first
    assert second not in ("", first)
    assert own == "mine"


@pytest.mark.parametrize(
    ("picture", "field"),
    [
        ("https://example.com/a.jpg", {"image_url": "https://example.com/a.jpg"}),
        ("data:image/png;base64,eA==", {"image_base64": "data:image/png;base64,eA=="}),
        (b"x", {"image_base64": "eA=="}),
    ],
)
def test_a_picture_may_be_an_address_or_bytes(picture: Any, field: dict[str, str]) -> None:
    script = Script(answer(task(), 202))
    with client(script) as darkroom:
        darkroom.submit("invert", image=picture)
    assert script.body()["input"] == field


def test_a_picture_may_be_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    script = Script(answer(task(), 202))
    with client(script) as darkroom:
        darkroom.submit("edit", image=path, mask=str(path), prompt="snow")
    assert script.body()["input"] == {
        "prompt": "snow", "image_base64": "eA==", "mask_base64": "eA==",
    }  # fmt: skip


def test_waiting_polls_until_the_end_and_shows_each_state() -> None:
    ended = task("SUCCESS", progress=100)
    script = Script(answer(task()), answer(task("STARTED", progress=40)), answer(ended))
    seen: list[int] = []
    with client(script) as darkroom:
        found = darkroom.wait(TASK_ID, 60, lambda each: seen.append(each["progress"]))
    assert found == ended
    assert seen == [0, 40, 100]
    assert script.calls == [f"GET /v1/tasks/{TASK_ID}?wait=1"] * 3


def test_waiting_unwatched_asks_the_server_to_wait() -> None:
    script = Script(answer(task("FAILURE")))
    with client(script) as darkroom:
        assert darkroom.wait(TASK_ID)["status"] == "FAILURE"
    assert script.calls == [f"GET /v1/tasks/{TASK_ID}?wait=30"]


def test_waiting_ends_with_the_time() -> None:
    with client(Script(answer(task("STARTED")))) as darkroom, pytest.raises(TimeoutError) as told:
        darkroom.wait(TASK_ID, timeout_s=0)
    assert TASK_ID in str(told.value)
    assert "STARTED" in str(told.value)


def test_a_result_is_the_file() -> None:
    script = Script(httpx2.Response(200, content=b"png"))
    with client(script) as darkroom:
        assert darkroom.result(TASK_ID) == b"png"
    assert script.requests[0].headers["accept"] == "image/*"


def test_a_result_that_is_not_there_yet_is_no_file() -> None:
    with client(Script(answer(task(), 202))) as darkroom, pytest.raises(DarkroomProblem) as told:
        darkroom.result(TASK_ID)
    assert told.value.code == "task_not_terminal"


def test_cancel_list_and_models_call_their_routes() -> None:
    script = Script(answer(task("CANCELED")), answer({"data": []}), answer({"data": [{"name": 1}]}))
    with client(script) as darkroom:
        assert darkroom.cancel(TASK_ID)["status"] == "CANCELED"
        assert darkroom.tasks(limit=5)["data"] == []
        assert darkroom.models() == [{"name": 1}]
    assert script.calls == [
        f"POST /v1/tasks/{TASK_ID}/cancel", "GET /v1/tasks?limit=5", "GET /v1/models",
    ]  # fmt: skip


def test_a_problem_document_is_an_exception() -> None:
    document = {
        "type": "/errors/rate_limited", "title": "Too many requests.", "status": 429,
        "detail": "60 a minute.", "code": "rate_limited", "request_id": "r1", "retryable": True,
        "remedy": "Wait.", "errors": [],
    }  # fmt: skip
    with client(Script(answer(document, 429))) as darkroom, pytest.raises(DarkroomProblem) as told:
        darkroom.models()
    problem = told.value
    assert (problem.code, problem.status, problem.request_id) == ("rate_limited", 429, "r1")
    assert (problem.detail, problem.remedy) == ("60 a minute.", "Wait.")
    assert problem.retryable
    assert problem.page == f"{URL}/errors/rate_limited"


@pytest.mark.parametrize(
    "strange",
    [httpx2.Response(502, text="<html>"), httpx2.Response(200, json=[]), httpx2.Response(200)],
)
def test_what_is_no_darkroom_is_told_apart(strange: httpx2.Response) -> None:
    with client(Script(strange)) as darkroom, pytest.raises(DarkroomProblem) as told:
        darkroom.get(TASK_ID)
    assert told.value.code == "unexpected_answer"
    assert told.value.status == strange.status_code


def test_a_broken_connection_is_tried_again_with_the_same_key() -> None:
    script = Script(REFUSED, httpx2.RemoteProtocolError("cut"), answer(task(), 202))
    with client(script) as darkroom:
        darkroom.submit("invert", image=b"x")
    assert len({script.body(at)["client_request_id"] for at in range(3)}) == 1


@pytest.mark.parametrize(
    ("error", "tries"),
    [(REFUSED, 3), (httpx2.ReadTimeout("slow"), 1), (httpx2.UnsupportedProtocol("ftp"), 1)],
)
def test_tries_are_bounded(error: Exception, tries: int) -> None:
    script = Script(error)
    with client(script) as darkroom, pytest.raises(DarkroomProblem) as told:
        darkroom.models()
    assert told.value.code == "unreachable"
    assert told.value.status is None
    assert len(script.requests) == tries


@pytest.mark.parametrize("url", ["http://[::1", "http://ho st"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(DarkroomProblem) as told, Darkroom(url, "key") as darkroom:
        darkroom.models()
    assert told.value.code == "unreachable"


@pytest.mark.parametrize(
    ("found", "ready"),
    [
        (answer({"status": "ready", "adapters": {}}), True),
        (answer({"status": "down", "adapters": {}}, 503), False),
        (answer({"hello": "another service"}), False),
        (REFUSED, False),
    ],
)
def test_readiness_never_raises(found: Any, ready: bool) -> None:
    with client(Script(found)) as darkroom:
        assert darkroom.is_ready() is ready


def stream(*events: tuple[int, str, dict[str, Any]]) -> httpx2.Response:
    text = "".join(
        f"event: {kind}\nid: {at}\ndata: {json.dumps(data)}\n\n: ping\n\n"
        for at, kind, data in events
    )
    return httpx2.Response(200, text=text, headers={"content-type": "text/event-stream"})


def test_following_ends_with_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkroom.following.PAUSES_S", (0.0,) * 3)
    begun = stream((1, "status", {"status": "PENDING"}), (2, "status", {"status": "STARTED"}))
    ended = stream((5, "progress", {"progress": 40}), (7, "done", task("SUCCESS")))
    script = Script(begun, httpx2.ReadTimeout("silence"), answer({}, 502), ended)
    with client(script) as darkroom:
        told = list(darkroom.follow(TASK_ID))
    assert [(event.kind, event.id) for event in told] == [
        ("status", "1"), ("status", "2"), ("progress", "5"), ("done", "7"),
    ]  # fmt: skip
    assert told[-1].data == task("SUCCESS")
    assert [each.headers.get("last-event-id") for each in script.requests] == [None, *["2"] * 3]
    assert script.calls == [f"GET /v1/tasks/{TASK_ID}/events"] * 4


def test_following_on_from_the_end_tells_nothing() -> None:
    script = Script(httpx2.Response(204))
    with client(script) as darkroom:
        assert list(darkroom.follow(TASK_ID, after="7")) == []


def test_following_in_vain_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkroom.following.PAUSES_S", (0.0,) * 3)
    for broken, code, tries in (
        (httpx2.ConnectError("nobody"), "unreachable", 4),
        (stream(), "unreachable", 4),
        (answer({"code": "task_not_found"}, 404), "task_not_found", 1),
    ):
        script = Script(broken)
        with client(script) as darkroom, pytest.raises(DarkroomProblem) as told:
            list(darkroom.follow(TASK_ID))
        assert (told.value.code, len(script.calls)) == (code, tries)
