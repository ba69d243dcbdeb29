"""Following a task over HTTP."""

import asyncio
import json
from typing import Any

import pytest
from httpx2 import AsyncClient
from starlette.types import Message

from domain.model.events import StreamClosed, StreamOpened
from domain.model.life_cycle import claim, renew
from domain.model.task import Task
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import KEY, Surface, finished, submitted

pytestmark = pytest.mark.anyio

SOON_S = 20.0


class Follower:
    """A client that stays until it leaves: the test client reads a stream only to its end."""

    def __init__(self, surface: Surface, path: str, **headers: str) -> None:
        given = {"host": "test", "x-api-key": KEY, **headers}
        self._scope = {
            "type": "http", "asgi": {"spec_version": "2.3", "version": "3.0"}, "method": "GET",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "scheme": "http", "http_version": "1.1", "server": ("test", 80),
            "client": ("1.2.3.4", 1),
            "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in given.items()],
        }  # fmt: skip
        self._app, self._left = surface.app, asyncio.Event()
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._asked = False
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Follower":
        self._serving = asyncio.create_task(self._app(self._scope, self._receive, self._sent.put))
        head = await self._next()
        assert head["type"] == "http.response.start"
        self.status = head["status"]
        self.headers = {name.decode(): value.decode() for name, value in head["headers"]}
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """The connection is closed; returns once the server has done with it."""
        assert self._serving is not None
        self._left.set()
        async with asyncio.timeout(SOON_S):
            await self._serving

    async def text(self) -> str:
        """The next thing that was sent; empty at the end."""
        message = await self._next()
        return bytes(message.get("body", b"")).decode()

    async def event(self) -> tuple[str, str, dict[str, Any]]:
        return read_event(await self.text())

    async def _next(self) -> Message:
        async with asyncio.timeout(SOON_S):
            return await self._sent.get()

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}


def read_event(text: str) -> tuple[str, str, dict[str, Any]]:
    """Its id, its kind and what it says."""
    fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
    return fields["id"], fields["event"], json.loads(fields["data"])


def events_in(text: str) -> list[tuple[str, str]]:
    return [read_event(part)[:2] for part in text.strip().split("\n\n")]


async def advanced(surface: Surface, task_id: str, progress: int) -> None:
    def renewed(task: Task) -> Task:
        return renew(task, task.attempt, surface.now(), surface.policy, progress)

    await surface.ledger.change(task_id, renewed)


async def started(surface: Surface, task_id: str) -> None:
    await surface.ledger.change(
        task_id, lambda task: claim(task, surface.now(), "worker", surface.policy)
    )


def listeners(surface: Surface) -> int:
    return len(surface.container.heard().listeners)


def tasks_of_ours() -> set["asyncio.Task[Any]"]:
    """Without that of the library which counts calls: it comes and goes."""
    return {task for task in asyncio.all_tasks() if "MemoryStorage" not in repr(task.get_coro())}


@pytest.fixture
async def task_id(client: AsyncClient) -> str:
    return await submitted(client)


async def test_a_task_says_where_its_events_are(client: AsyncClient, task_id: str) -> None:
    task = (await client.get(f"/v1/tasks/{task_id}")).json()
    assert task["urls"]["events"] == f"http://test/v1/tasks/{task_id}/events"


async def test_from_waiting_to_done(surface: Surface, task_id: str) -> None:
    async with Follower(surface, f"/v1/tasks/{task_id}/events") as follower:
        assert follower.status == 200
        assert follower.headers["content-type"].startswith("text/event-stream")
        assert follower.headers["cache-control"] == "no-store"
        assert follower.headers["x-accel-buffering"] == "no"
        change = {"task_id": task_id, "status": "PENDING", "attempt": 0, "progress": 0}
        assert await follower.event() == ("1", "status", change)
        await surface.work(task_id)
        change = {"task_id": task_id, "status": "STARTED", "attempt": 1, "progress": 0}
        assert await follower.event() == ("2", "status", change)
        at, kind, task = await follower.event()
        assert (at, kind, task["status"], task["progress"]) == ("3", "done", "SUCCESS", 100)
        assert task["result"]["url"].startswith("http://test/v1/files/")
        assert await follower.text() == ""


async def test_done_holds_the_very_task(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    answer = await client.get(f"/v1/tasks/{task_id}/events")
    [(_, kind)] = events_in(answer.text)
    assert kind == "done"
    assert read_event(answer.text)[2] == (await client.get(f"/v1/tasks/{task_id}")).json()


async def test_progress_is_told_as_it_is_made(surface: Surface, task_id: str) -> None:
    await started(surface, task_id)
    async with Follower(surface, f"/v1/tasks/{task_id}/events") as follower:
        assert (await follower.event())[1] == "status"
        await advanced(surface, task_id, 30)
        at, kind, said = await follower.event()
        assert (at, kind, said["progress"]) == ("3", "progress", 30)


async def test_the_last_event_seen_decides_what_is_told_again(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await finished(surface, client)
    path = f"/v1/tasks/{task_id}/events"
    for seen, told in {
        "0": [("1", "status"), ("2", "status"), ("3", "done")],
        "1": [("2", "status"), ("3", "done")],
        "2": [("3", "done")],
        "4": [("3", "resync"), ("3", "done")],
        "none of ours": [("3", "resync"), ("3", "done")],
        "9" * 5000: [("3", "resync"), ("3", "done")],
    }.items():
        answer = await client.get(path, headers={"last-event-id": seen})
        assert (answer.status_code, events_in(answer.text)) == (200, told)


async def test_who_has_seen_the_end_need_not_come_again(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await finished(surface, client)
    answer = await client.get(f"/v1/tasks/{task_id}/events", headers={"last-event-id": "3"})
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_deleted_task_has_no_events(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    await client.delete(f"/v1/tasks/{task_id}")
    assert_problem(await client.get(f"/v1/tasks/{task_id}/events"), 410, "task_gone")


async def test_a_quiet_stream_is_kept_alive(surface: Surface, task_id: str) -> None:
    surface.container.use_cases().follow._quiet_s = 0.02
    async with Follower(surface, f"/v1/tasks/{task_id}/events") as follower:
        assert (await follower.event())[1] == "status"
        assert [await follower.text() for _ in range(3)] == [": ping\n\n"] * 3


async def test_a_client_that_leaves_frees_everything(surface: Surface, task_id: str) -> None:
    tasks = tasks_of_ours()
    followers = [Follower(surface, f"/v1/tasks/{task_id}/events") for _ in range(20)]
    for each in followers:
        await each.__aenter__()
        await each.event()
    assert listeners(surface) == 20
    for each in followers:
        await each.leave()
    assert listeners(surface) == 0
    assert tasks_of_ours() == tasks
    assert (await surface.store.get(task_id)) is not None


async def test_open_streams_are_counted(surface: Surface, task_id: str) -> None:
    async with Follower(surface, f"/v1/tasks/{task_id}/events") as follower:
        await follower.event()
        assert len(surface.told(StreamOpened)) == 1
        assert surface.told(StreamClosed) == []
    assert len(surface.told(StreamClosed)) == 1
