"""`darkroom up`, in this process."""

import base64
import json
import os
import shlex
import signal
import socket
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from domain.model.model_registry import ModelRegistry
from entrypoints.addresses import url_of
from entrypoints.cli import up
from entrypoints.cli.curl import curl
from entrypoints.cli.serving import listening
from entrypoints.configuration import load_settings
from entrypoints.container.models import build_models
from tests.e2e.cli.terminal import told, typed


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_introduces_itself_serves_and_stops(
    stop: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEYS", "default:the-key,two:other-key")
    said: list[str] = []

    def note(text: str) -> None:
        said.append(text)
        if text.startswith("Ready"):
            os.kill(os.getpid(), stop)

    monkeypatch.setattr(up, "note", note)
    result = typed("up", "--port", "0")
    assert result.exit_code == 0, result.output
    assert said[-1] == "Stopped."
    assert said[:2] == ["key      the-key  (tenant default)", "key      other-key  (tenant two)"]
    assert all(
        name in result.stderr for name in ("MemoryTaskStore", "PillowImaging", "WakeupQueue")
    )
    assert result.stdout.startswith("curl -H 'x-api-key: the-key' ")
    url = said[-2].split()[2].rstrip(".")
    assert f"docs     {url}/docs" in said


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        fault = told(typed("up", "--port", str(port)), 3)
    assert fault[0] == f"Can't listen on 127.0.0.1:{port} (HOST, PORT)."
    assert "in use" in fault[1]


def test_an_address_of_another_machine_is_told() -> None:
    fault = told(typed("up", "--host", "192.0.2.1", "--port", "0"), 3)
    assert "HOST" in fault[2]


def test_a_folder_that_can_not_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("APP_ENV", "DEV")
    monkeypatch.setenv("DATA_DIR", "file")
    assert told(typed("up", "--port", "0"), 3)[1].startswith("why: DATA_DIR: ")


def test_a_start_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TASK_STORE", "sqlite")
    monkeypatch.setenv("SQLITE_PATH", "file/darkroom.db")
    assert "SQLITE_PATH" in told(typed("up", "--port", "0"), 4)[1]


def test_connections_wait_for_the_start() -> None:
    with listening("127.0.0.1", 0) as listener:
        socket.create_connection(listener.getsockname()).close()


def test_the_printed_call_carries_a_whole_picture() -> None:
    words = shlex.split(curl("http://h:1", "it's", build_models(load_settings())))
    assert words[0] == "curl"
    assert "x-api-key: it's" in words
    assert "http://h:1/v1/tasks" in words
    body = json.loads(words[-1])
    assert body["model"] == "invert"
    with Image.open(BytesIO(base64.b64decode(body["input"]["image_base64"]))) as picture:
        picture.load()


def test_a_service_without_picture_models_prints_another_call() -> None:
    assert curl("http://h:1", "k", ModelRegistry()) == "curl -H 'x-api-key: k' http://h:1/v1/models"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8"), ("0.0.0.0", "http://127.0.0.1:8"),
        ("::", "http://[::1]:8"), ("::1", "http://[::1]:8"), ("gpu-box", "http://gpu-box:8"),
    ],
)  # fmt: skip
def test_a_service_is_reached_where_it_listens(host: str, url: str) -> None:
    assert url_of(host, 8) == url
