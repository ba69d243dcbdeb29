"""Writes that wait together share a transaction, and none of them another's failure."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event

import pytest

from adapters.tasks.database import open_writer
from adapters.tasks.group_commit import GroupCommit

WAIT_S = 10.0


class Held:
    """A `GroupCommit` whose thread stands in a first write until `go`."""

    def __init__(self, path: Path) -> None:
        self.said: list[str] = []
        db = open_writer(path)
        db.execute("CREATE TABLE note (text TEXT UNIQUE)")
        db.set_trace_callback(self.said.append)
        self.writes = GroupCommit(db, lambda: 0.0)
        self.go, inside = Event(), Event()

        def stand(_db: sqlite3.Connection, _now: float) -> None:
            inside.set()
            assert self.go.wait(WAIT_S)

        self.first = self.writes.give(stand)
        assert inside.wait(WAIT_S)

    def note(self, text: str) -> Future[str]:
        def write(db: sqlite3.Connection, _now: float) -> str:
            db.execute("INSERT INTO note VALUES (?)", (text,))
            return text

        return self.writes.give(write)

    def commits(self) -> int:
        return self.said.count("COMMIT")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "darkroom.db"


@pytest.fixture
def held(path: Path) -> Iterator[Held]:
    held = Held(path)
    yield held
    held.go.set()
    held.writes.close()


def notes(path: Path) -> list[str]:
    db = sqlite3.connect(path)
    try:
        return [text for (text,) in db.execute("SELECT text FROM note ORDER BY text")]
    finally:
        db.close()


def test_what_waits_together_is_committed_at_once(held: Held, path: Path) -> None:
    answers = [held.note(text) for text in "abcdef"]
    held.go.set()
    assert [answer.result(WAIT_S) for answer in answers] == list("abcdef")
    assert held.commits() == 2
    assert notes(path) == list("abcdef")


def test_one_that_fails_fails_alone(held: Held, path: Path) -> None:
    answers = [held.note(text) for text in ("a", "b", "a", "c")]
    held.go.set()
    with pytest.raises(sqlite3.IntegrityError):
        answers[2].result(WAIT_S)
    assert [answers[at].result(WAIT_S) for at in (0, 1, 3)] == ["a", "b", "c"]
    assert notes(path) == ["a", "b", "c"]


def test_one_that_is_withdrawn_in_time_is_not_done(held: Held, path: Path) -> None:
    kept, withdrawn = held.note("kept"), held.note("withdrawn")
    assert withdrawn.cancel()
    held.go.set()
    assert kept.result(WAIT_S) == "kept"
    assert notes(path) == ["kept"]


def test_what_was_given_is_done_before_it_closes(held: Held, path: Path) -> None:
    given = [held.note(text) for text in "ab"]
    held.go.set()
    held.writes.close()
    assert all(answer.done() for answer in given)
    assert notes(path) == ["a", "b"]
