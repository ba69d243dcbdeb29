"""The commands against a server that DARKROOM_URL names."""

import json
from pathlib import Path

import pytest

from entrypoints.cli.service import Service
from tests.e2e.cli.terminal import told, typed


def test_run_uses_the_server(photo: Path, pointed: Service) -> None:
    result = typed("run", "invert", str(photo), "-o", "o.png")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    with pointed.client() as darkroom:
        assert darkroom.get(result.stdout.split()[-1])["status"] == "SUCCESS"


def test_tasks_are_listed_shown_and_canceled(photo: Path, pointed: Service) -> None:
    task_id = json.loads(typed("run", "invert", str(photo), "--json").stdout)["task_id"]
    table = typed("tasks", "ls", "--limit", "1", "--model", "invert")
    assert table.stdout.splitlines()[0].split() == ["TASK", "STATUS", "DONE", "MODEL", "CREATED"]
    assert table.stdout.splitlines()[1].split()[:4] == [task_id, "SUCCESS", "100%", "invert"]
    assert json.loads(typed("tasks", "get", task_id).stdout)["task_id"] == task_id
    assert json.loads(typed("tasks", "ls", "--json").stdout)["data"][0]["task_id"] == task_id
    assert typed("tasks", "cancel", task_id).stdout.split() == [task_id, "SUCCESS"]


def test_a_task_is_watched_to_its_end(photo: Path, pointed: Service) -> None:
    with pointed.client() as darkroom:
        task_id = darkroom.submit("invert", image=photo)["task_id"]
    result = typed("tasks", "watch", task_id, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["event"] for event in events][-1] == "done"
    assert events[-1]["data"]["status"] == "SUCCESS"
    assert typed("tasks", "watch", task_id).stdout.split() == [task_id, "SUCCESS"]


def test_a_watched_task_that_fails_is_told(photo: Path, pointed: Service) -> None:
    with pointed.client() as darkroom:
        broken = darkroom.submit("invert", image=photo.read_bytes()[:100])
    fault = told(typed("tasks", "watch", broken["task_id"]), 1)
    assert fault[0] == "invert did not finish: image_corrupt"


def test_a_page_says_how_to_go_on(photo: Path, pointed: Service) -> None:
    for _ in range(2):
        typed("run", "invert", str(photo), "-o", "o.png")
    hint = typed("tasks", "ls", "--limit", "1").stderr.split()
    assert hint[:4] == ["more:", "darkroom", "tasks", "ls"]
    assert typed("tasks", "ls", "--limit", "1", *hint[4:]).exit_code == 0


def test_an_unknown_task_is_told(pointed: Service) -> None:
    fault = told(typed("tasks", "get", "0190b6a0-0000-7000-8000-000000000000"), 2)
    assert fault[0] == "The server refused: task_not_found"
    assert fault[3].startswith(f"more: {pointed.url}/errors/task_not_found, request ")


def test_models_are_those_of_the_server(pointed: Service) -> None:
    result = typed("models")
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["NAME", "invert"]
    assert [model["name"] for model in json.loads(typed("models", "--json").stdout)] == ["invert"]


def test_a_wrong_key_is_told(
    photo: Path, pointed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARKROOM_API_KEY", "wrong")
    fault = told(typed("run", "invert", str(photo)), 5)
    assert fault[0] == "The server refused: invalid_api_key"
    assert "DARKROOM_API_KEY" in fault[2]


@pytest.mark.parametrize("words", [("models",), ("tasks", "ls"), ("tasks", "get", "x")])
def test_a_server_that_is_not_there_is_told(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.transport.PAUSES_S", ())
    monkeypatch.setenv("DARKROOM_URL", "http://127.0.0.1:1")
    fault = told(typed(*words), 4)
    assert "http://127.0.0.1:1" in fault[1]
    assert "DARKROOM_URL" in fault[2]


def test_a_local_service_is_found_by_its_dev_key(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dev-key").write_text(service.api_key)
    monkeypatch.setenv("PORT", service.url.rpartition(":")[2])
    assert typed("tasks", "ls").exit_code == 0


def test_no_service_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = told(typed("tasks", "ls"), 4)
    assert "darkroom up" in fault[2]
