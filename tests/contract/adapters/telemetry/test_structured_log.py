"""What a line of the log says, and what no user can make it say."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.telemetry.log_text import MAX_CHARS, clipped, printable
from adapters.telemetry.stdlib_logging import OURS, adopt_stdlib_logging
from adapters.telemetry.structured_log import LogTelemetry, configure_logging
from domain.model.errors import FetchFailed
from domain.model.events import AttemptFailed, Event, LoopFailed, RequestServed, UnknownWakeup
from domain.model.life_cycle import TaskPolicy, claim, fail, lapse, new_task, succeed
from domain.model.request import TaskRequest
from domain.model.task import Moved, Result, Timing

NOW = 1_700_000_000.0
POLICY = TaskPolicy()
RESULT = Result(key="results/a", content_type="image/png", bytes=1, sha256="ab")


def written(told: Event | Moved, level: str = "debug", format: str = "json") -> str:
    stream = io.StringIO()
    event = told.event if isinstance(told, Moved) else told
    assert event is not None
    LogTelemetry(configure_logging(level, format, stream)).record(event)
    return stream.getvalue()


def fields(told: Event | Moved) -> dict[str, Any]:
    text = written(told)
    assert text.count("\n") == 1
    line: dict[str, Any] = json.loads(text)
    return line


def running() -> Moved:
    task = new_task("t-1", "acme", TaskRequest(model="echo"), NOW, request_id="r-1")
    return claim(task, NOW + 2, "worker-1", POLICY)


def served(route: str = "/v1/tasks", status: int = 202) -> RequestServed:
    return RequestServed("POST", route, status, 0.01234, "r-1", "acme")


def test_a_line_begins_with_time_level_and_event() -> None:
    line = fields(running())
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["event"]) == ("info", "task_started")


def test_a_task_can_be_followed_through_all_processes() -> None:
    line = fields(running())
    names = ("task_id", "request_id", "tenant", "model", "attempt", "worker", "queue_ms")
    assert [line[name] for name in names] == ["t-1", "r-1", "acme", "echo", 1, "worker-1", 2000]
    assert None not in line.values()


def test_a_success_tells_its_stages_and_device() -> None:
    timing = Timing(fetch_ms=1, prepare_ms=2, infer_ms=3, encode_ms=4, upload_ms=5)
    line = fields(succeed(running().task, 1, NOW + 3, RESULT, timing, POLICY))
    stages = {
        name: line[f"{name}_ms"] for name in ("fetch", "prepare", "infer", "encode", "upload")
    }
    assert stages == {"fetch": 1, "prepare": 2, "infer": 3, "encode": 4, "upload": 5}
    assert (line["event"], line["total_ms"]) == ("task_succeeded", 3000)


def test_a_retry_tells_why_and_when() -> None:
    line = fields(fail(running().task, 1, NOW + 3, FetchFailed("404."), POLICY, 0.5))
    assert (line["level"], line["event"]) == ("warning", "task_postponed")
    assert (line["error"], line["message"], line["delay_s"]) == ("fetch_failed", "404.", 0.5)
    assert "lapsed" not in line


def test_a_lost_lease_is_told_as_such() -> None:
    assert fields(lapse(running().task, NOW + 17, POLICY))["lapsed"] is True


def test_a_request_has_one_line() -> None:
    line = fields(served())
    del line["timestamp"]
    assert line == {
        "level": "info", "event": "request_served", "method": "POST", "route": "/v1/tasks",
        "status": 202, "duration_ms": 12.3, "request_id": "r-1", "tenant": "acme",
    }  # fmt: skip


@pytest.mark.parametrize("route", ["/health", "/health/live", "/health/ready", "/metrics"])
def test_what_machines_ask_all_day_is_told_to_whoever_debugs(route: str) -> None:
    assert written(served(route, 200), level="info") == ""
    assert "request_served" in written(served(route, 200), level="debug")
    assert "request_served" in written(served(route, 503), level="info")


def test_the_level_is_kept() -> None:
    assert written(served(), level="warning") == ""
    assert fields(served(status=500))["level"] == "warning"
    assert fields(AttemptFailed("t-1", 1, "echo", "boom"))["level"] == "error"


EVIL = 'a\nb\r"}\x1b[2J\x07\u202e\ud800\u2028é'


def test_a_users_text_is_one_json_string_of_ascii() -> None:
    text = written(UnknownWakeup(EVIL))
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text)["task_id"] == EVIL


@pytest.mark.parametrize("event", [UnknownWakeup(EVIL), LoopFailed("http", EVIL), served(EVIL)])
def test_a_users_text_does_not_rule_a_terminal_or_forge_a_line(event: Event) -> None:
    first, *more = written(event, format="console").split("\n")
    assert all(line == "" or line.startswith("    ") for line in more)
    assert all(char.isprintable() for line in (first, *more) for char in line)


def test_a_traceback_is_readable_on_a_terminal() -> None:
    trouble = AttemptFailed("t-1", 1, "echo", "Traceback:\n  File x\nValueError: boom\n")
    lines = [line.rstrip() for line in written(trouble, format="console").split("\n")]
    assert lines[1:4] == ["    Traceback:", "      File x", "    ValueError: boom"]


def test_a_text_without_end_is_cut_in_its_middle() -> None:
    text = clipped("head" + "x" * 1_000_000 + "tail")
    assert text.startswith("head")
    assert text.endswith("tail")
    assert len(text) < MAX_CHARS + 50
    assert clipped("x" * MAX_CHARS) == "x" * MAX_CHARS
    assert len(written(LoopFailed("http", "x" * 1_000_000))) < MAX_CHARS + 300


def test_letters_of_every_script_stay_as_they_are() -> None:
    assert printable("Größe 猫") == "Größe 猫"
    assert printable("a\tb\0") == "a\\tb\\x00"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield logger
    for name in OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_libraries_write_the_same_shape(root: logging.Logger) -> None:
    old, new = io.StringIO(), io.StringIO()
    adopt_stdlib_logging("info", "json", old)
    adopt_stdlib_logging("info", "json", new)
    try:
        raise ValueError("boom")
    except ValueError:
        logging.getLogger("some.library").exception("lost %s", "it")
    logging.getLogger("some.library").debug("too quiet")
    assert old.getvalue() == "", "a second call replaces the first"
    line = json.loads(new.getvalue())
    assert (line["level"], line["event"], line["logger"]) == ("error", "lost it", "some.library")
    assert "ValueError: boom" in line["exception"]


def test_debug_makes_our_own_lines_talkative_and_no_library(root: logging.Logger) -> None:
    stream = io.StringIO()
    adopt_stdlib_logging("debug", "json", stream)
    for name in ("celery.pool", "botocore.auth", "adapters.queue.depth", "darkroom"):
        logging.getLogger(name).debug("of %s", name)
    told = [json.loads(line)["logger"] for line in stream.getvalue().splitlines()]
    assert told == ["adapters.queue.depth", "darkroom"]


def test_other_peoples_handlers_stay(root: logging.Logger) -> None:
    theirs = logging.NullHandler()
    root.addHandler(theirs)
    adopt_stdlib_logging("warning", "console", io.StringIO())
    assert theirs in root.handlers
    assert root.level == logging.WARNING


PRINTS = """
import sys, threading, warnings
from adapters.telemetry.stdlib_logging import adopt_stdlib_logging, log_what_python_prints

adopt_stdlib_logging("info", "json")
log_what_python_prints()
warnings.warn("worn\\nout", stacklevel=1)
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise ValueError("the end")
"""


def test_what_python_itself_prints_is_a_line_too() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PRINTS], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[4] / "src")},
    )  # fmt: skip
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["py.warnings", "darkroom", "darkroom"]
    assert "worn\nout" in lines[0]["event"]
    assert "ZeroDivisionError" in lines[1]["exception"]
    assert "ValueError: the end" in lines[2]["exception"]
    assert ended.returncode == 1
