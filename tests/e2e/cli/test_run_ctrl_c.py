"""Ctrl-C in the middle of a task."""

from pathlib import Path

import httpx2
import pytest

from darkroom.client import Darkroom
from entrypoints.cli.service import Service
from tests.e2e.cli.terminal import typed
from tests.unit.darkroom.scripted import TASK_ID, Answer, Script, answer, task


def interrupted(monkeypatch: pytest.MonkeyPatch, canceled: Answer) -> Script:
    """A server whose task is still running when Ctrl-C comes."""
    script = Script(answer(task(), 202), KeyboardInterrupt(), canceled)
    monkeypatch.setattr(Service, "client", lambda _: Darkroom("http://d", "k", transport=script))
    monkeypatch.setattr("darkroom.transport.PAUSES_S", ())
    monkeypatch.setenv("DARKROOM_URL", "http://d")
    return script


def test_it_cancels_the_task(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = interrupted(monkeypatch, answer(task("CANCELED")))
    result = typed("run", "invert", str(photo))
    assert result.exit_code == 130
    assert script.calls[-1] == f"POST /v1/tasks/{TASK_ID}/cancel"
    assert result.stderr.splitlines() == [f"canceled task {TASK_ID}", "interrupted"]


def test_it_ends_even_if_nobody_hears_it(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, httpx2.ConnectError("gone"))
    result = typed("run", "invert", str(photo))
    assert result.exit_code == 130
    assert "could not be canceled" in result.stderr
