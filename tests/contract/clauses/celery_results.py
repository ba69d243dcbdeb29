"""What people who look through Celery's own window are told: the ledger's truth, or nothing."""

import asyncio
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from celery import Celery
from celery.exceptions import TaskRevokedError

from domain.model.errors import FetchFailed
from domain.model.life_cycle import claim, expire, fail
from domain.model.task import CANCELED, STARTED, Task
from domain.model.wakeup import Verdict, Wakeup, wakeup_for
from tests.contract.services import free_port, require
from tests.contract.task_factory import POLICY, START, failed, pending, succeeded
from tests.contract.wakeup_link import HIGH, LOW, NORMAL, PATIENCE_S, Hand, Link, consuming, publish
from tests.servers.broker_line import broker_line

TaskOf = Callable[[str], Awaitable[Task | None]]

ENDED = {
    "CANCELED": replace(pending(), status=CANCELED),
    "EXPIRED": expire(pending(start_by=START), START, POLICY).task,
}


class Ledger:
    """Says of a task what was last written down. As a handler it writes the next chapter of the
    one task there is; a chapter that says STARTED lasts until the story goes on."""

    def __init__(self, *chapters: Task) -> None:
        self._rows: dict[str, Task] = {}
        self._chapters = list(chapters)
        self.goes_on = asyncio.Event()

    async def get(self, task_id: str) -> Task | None:
        return self._rows.get(task_id)

    async def __call__(self, wakeup: Wakeup) -> Verdict:
        chapter = self._chapters.pop(0)
        self._rows[wakeup.task_id] = chapter
        if chapter.status is STARTED:
            await self.goes_on.wait()
            return await self(wakeup)
        return Verdict.ACK


@dataclass(frozen=True)
class Window:
    """What Celery's readers see of one task."""

    task_id: str
    ledger: Ledger
    wake: Callable[[], Awaitable[None]]
    look: Callable[[], Any]

    async def says(self, state: str) -> Any:
        """The result, once the state is `state`."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                seen, result = await asyncio.to_thread(self._seen)
                if seen == state:
                    return result
                await asyncio.sleep(0.01)

    def _seen(self) -> tuple[str, Any]:
        result = self.look()
        return result.state, result.result


class Events:
    """What workers tell; received on a thread."""

    def __init__(self, app: Celery) -> None:
        self._app, self._loop = app, asyncio.get_running_loop()
        self._ends: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._ready = asyncio.Event()
        self._receiver: Any = None

    async def next_end(self, task_id: str) -> str:
        """The kind of the next event that ends a run of this task."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                kind, uuid = await self._ends.get()
                if uuid == task_id and kind not in ("task-received", "task-started"):
                    return kind

    async def ask(self) -> None:
        """Of the worker in this process."""
        await self._ready.wait()
        me = f"darkroom-{os.getpid()}@{socket.gethostname()}"
        replies = await asyncio.to_thread(
            lambda: self._app.control.broadcast(
                "enable_events", reply=True, destination=[me], timeout=PATIENCE_S
            )
        )
        assert len(replies) == 1

    def receive(self) -> None:
        with self._app.connection_for_read() as connection:
            self._receiver = self._app.events.Receiver(connection, handlers={"*": self._on_event})
            self._receiver.on_consume_ready = lambda *_, **__: self._soon(self._ready.set)
            self._receiver.capture(wakeup=False)

    def stop(self) -> None:
        self._receiver.should_stop = True

    def _on_event(self, event: dict[str, Any]) -> None:
        self._soon(self._ends.put_nowait, (event["type"], event.get("uuid")))

    def _soon(self, call: Callable[..., Any], *args: Any) -> None:
        self._loop.call_soon_threadsafe(call, *args)


@asynccontextmanager
async def spectator(app: Celery) -> AsyncIterator[Events]:
    events = Events(app)
    receiving = asyncio.create_task(asyncio.to_thread(events.receive))
    try:
        await events.ask()
        yield events
    finally:
        events.stop()
        await receiving


class CeleryResultsClauses(ABC):
    pytestmark: ClassVar = [
        pytest.mark.anyio,
        # Celery 5.7 writes by a command that redis-py 8 would rather not see.
        pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning"),
    ]

    @abstractmethod
    def celery(self) -> Celery:
        """An app on the broker of `mirrored`, for who wants to look on."""

    @abstractmethod
    def mirrored(self, task_of: TaskOf, result_url: str) -> AbstractAsyncContextManager[Link]:
        """A link whose source mirrors `task_of` in the result backend at `result_url`."""

    async def test_01_success_is_told_with_the_place_of_the_result(self) -> None:
        async with self.window(succeeded(pending(), START)) as window:
            assert (await window.says("SUCCESS"))["key"] == "results/a"

    async def test_02_a_failure_is_told_by_code_and_message(self) -> None:
        async with self.window(failed(pending(), START)) as window:
            assert str(await window.says("FAILURE")).startswith("image_corrupt: ")

    async def test_03_a_retry_is_told_and_then_its_success(self) -> None:
        retried = fail(
            claim(pending(), START, "w", POLICY).task, 1, START, FetchFailed(), POLICY, 0.5
        ).task
        async with self.window(retried, succeeded(pending(), START)) as window:
            assert str(await window.says("RETRY")).startswith("fetch_failed: ")
            await window.wake()
            await window.says("SUCCESS")

    @pytest.mark.parametrize("how", ENDED)
    async def test_04_what_will_never_run_is_told_as_revoked(self, how: str) -> None:
        async with self.window(ENDED[how]) as window:
            result = await window.says("REVOKED")
            assert isinstance(result, TaskRevokedError)
            assert str(result) == how

    async def test_05_a_long_one_is_told_as_started(self) -> None:
        task = pending()
        started = claim(task, START, "w", POLICY).task
        async with self.window(started, succeeded(task, START)) as window:
            assert (await window.says("STARTED"))["worker"] == "w"
            window.ledger.goes_on.set()
            await window.says("SUCCESS")

    @pytest.mark.parametrize("how", ["down", "freeze"])
    async def test_06_a_broken_window_changes_no_ack(self, how: str) -> None:
        async with broker_line(result_url()) as line:
            await getattr(line, how)()
            await self.acks_all_the_same(says_succeeded, line.url)

    async def test_07_a_broken_ledger_changes_no_ack(self) -> None:
        async def broken(task_id: str) -> Task | None:
            raise ConnectionError(task_id)

        await self.acks_all_the_same(broken, f"redis://127.0.0.1:{free_port()}/0")

    async def test_08_events_tell_the_same_once_somebody_asks_for_them(self) -> None:
        task = pending()
        failure, revoked, success = failed(task, START), ENDED["CANCELED"], succeeded(task, START)
        async with self.window(success, failure, revoked, success) as window:
            await window.says("SUCCESS")
            async with spectator(self.celery()) as events:
                await window.wake()
                ended = await events.next_end(window.task_id)
                if ended == "task-succeeded":  # of the run before, whose result was told sooner
                    ended = await events.next_end(window.task_id)
                assert ended == "task-failed"
                for kind in ("task-revoked", "task-succeeded"):
                    await window.wake()
                    assert await events.next_end(window.task_id) == kind

    async def acks_all_the_same(self, task_of: TaskOf, url: str) -> None:
        first, second = Hand(), Hand()
        async with self.mirrored(task_of, url) as link:
            messages = await publish(link, HIGH, NORMAL, LOW)
            async with consuming(link, first):
                first.let_go(len(messages))
                await first.has_ended(len(messages))
            (later,) = await publish(link, LOW)
            async with consuming(link, second, slots=4):
                assert await second.holds(1) == [later]

    @asynccontextmanager
    async def window(self, *chapters: Task) -> AsyncIterator[Window]:
        """The chapters of one task, whose id nobody has used on this backend."""
        task_id = uuid4().hex
        ledger = Ledger(*[replace(chapter, task_id=task_id) for chapter in chapters])
        message = replace(wakeup_for(chapters[0]), task_id=task_id)
        reader = Celery("reader", backend=result_url(), set_as_current=False)
        async with self.mirrored(ledger.get, result_url()) as link:
            consumer = asyncio.create_task(link.source.run(ledger, 1))
            window = Window(
                task_id, ledger, lambda: link.queue.publish(message),
                lambda: reader.AsyncResult(message.task_id),
            )  # fmt: skip
            try:
                await window.wake()
                yield window
            finally:
                consumer.cancel()
                await asyncio.wait([consumer])
                await asyncio.to_thread(reader.AsyncResult(message.task_id).forget)
                reader.close()


async def says_succeeded(task_id: str) -> Task | None:
    return replace(succeeded(pending(), START), task_id=task_id)


def result_url() -> str:
    return urlsplit(require("redis"))._replace(path="/2").geturl()
