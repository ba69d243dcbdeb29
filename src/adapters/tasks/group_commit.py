"""Writes that wait together are committed together: one wait for the disk serves them all."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from sqlite3 import Connection
from threading import Thread
from typing import Any, TypeVar

from ports.clock import Now

T = TypeVar("T")

Work = Callable[[Connection, float], T]
"""What to do on the connection, by the ledger's time."""

AT_ONCE = 64


@dataclass(slots=True, eq=False)
class Write:
    work: Work[Any]
    answer: Future[Any] = field(default_factory=Future)


class GroupCommit:
    """A thread with the one connection that writes. While it waits for the disk the next writes
    gather, so that the busier the ledger is the less each of them costs. An answer is given when
    its transaction lies on the disk; one that fails takes no other with it."""

    def __init__(self, db: Connection, now: Now) -> None:
        self._db, self._now = db, now
        self._given: SimpleQueue[Write | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def give(self, work: Work[T]) -> Future[T]:
        """Its answer, later. Cancelled before its turn it is not done at all."""
        write = Write(work)
        self._given.put(write)
        return write.answer

    def close(self) -> None:
        """Once everything that was given is done."""
        self._given.put(None)
        self._thread.join()
        self._db.close()

    def _run(self) -> None:
        ended = False
        while not ended:
            group = self._next()
            ended = None in group
            writes = [write for write in group if write is not None]
            self._commit([w for w in writes if w.answer.set_running_or_notify_cancel()])

    def _next(self) -> Sequence[Write | None]:
        """All that wait; at least one, and at most `AT_ONCE`."""
        group = [self._given.get()]
        with suppress(Empty):
            while len(group) < AT_ONCE:
                group.append(self._given.get_nowait())
        return group

    def _commit(self, writes: Sequence[Write]) -> None:
        if not writes:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:  # somebody holds the file: waiting again mends nothing
            for write in writes:
                write.answer.set_exception(error)
            return
        try:
            answers = [write.work(self._db, self._now()) for write in writes]
            self._db.execute("COMMIT")
        except BaseException as error:
            self._undo(writes, error)
            return
        for write, answer in zip(writes, answers, strict=True):
            write.answer.set_result(answer)

    def _undo(self, writes: Sequence[Write], error: BaseException) -> None:
        """One of them failed: each gets a transaction of its own."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        if len(writes) == 1:
            writes[0].answer.set_exception(error)
            return
        for write in writes:
            self._commit([write])
