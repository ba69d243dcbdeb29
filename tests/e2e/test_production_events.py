"""Following tasks across processes: the work here, the streams there, over a real broker."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from redis import Redis

from darkroom import Darkroom
from darkroom.following import TaskEvent
from tests.contract.dramatiq_link import RabbitmqPlace
from tests.contract.services import free_port, require_program
from tests.e2e.production import Client, Stack
from tests.e2e.production_process import until
from tests.e2e.service import KEY
from tests.servers.redis_server import AOF, RedisServer

pytest_plugins = ["tests.e2e.production_stack"]

IDLE_STREAMS, IDLE_S = 500, 20.0
"""Long enough for each stream to be pinged, after reading its row."""


@contextmanager
def follower(client: Client) -> Iterator[Darkroom]:
    with Darkroom(str(client.base_url), KEY) as darkroom:
        yield darkroom


def assert_a_story(events: list[TaskEvent], took_s: float) -> None:
    """Told once each and in order, progress slowly and forwards, the end last."""
    ids = [int(event.id) for event in events]
    assert ids == sorted(set(ids))
    assert [event.kind for event in events].count("done") == 1
    assert (events[-1].kind, events[-1].data["status"]) == ("done", "SUCCESS")
    steps = [event.data["progress"] for event in events if event.kind == "progress"]
    assert steps
    assert all(earlier < later for earlier, later in pairwise(steps))
    assert len(steps) <= 2 * took_s + 1


def test_a_stream_goes_on_at_another_gateway(stack: Stack, client: Client) -> None:
    with stack.serve() as other, follower(client) as here, follower(other) as there:
        began_s = time.monotonic()
        task_id = client.submit("followed", seconds=4)
        told = here.follow(task_id)
        events = [next(told)]
        assert (events[0].kind, events[0].data["status"]) == ("status", "PENDING")
        with stack.worker():
            while events[-1].kind != "progress":
                events.append(next(told))
            told.close()
            events += there.follow(task_id, after=events[-1].id)
        assert_a_story(events, time.monotonic() - began_s)
        assert [event.data["status"] for event in events if event.kind == "status"] == [
            "PENDING", "STARTED",
        ]  # fmt: skip
        assert events[-1].data["task_id"] == task_id
        assert list(there.follow(task_id, after=events[-1].id)) == []
        again = [(event.kind, event.data["status"]) for event in here.follow(task_id, after="0")]
    assert again == [("status", "PENDING"), ("status", "STARTED"), ("done", "SUCCESS")]


def test_an_attempt_that_dies_is_told_and_so_is_the_next(stack: Stack, client: Client) -> None:
    with ExitStack() as alive, follower(client) as here:
        [doomed] = alive.enter_context(stack.workers(1, LEASE_S="3"))
        events = []
        for event in here.follow(client.submit("doomed", seconds=4)):
            events.append(event)
            if event.kind == "progress" and doomed.process.poll() is None:
                doomed.kill()
                alive.enter_context(stack.worker(LEASE_S="3"))
    statuses = [event.data["status"] for event in events if event.kind != "progress"]
    assert statuses[-4:] == ["STARTED", "RETRY", "STARTED", "SUCCESS"]
    shown = [event.data["progress"] for event in events]
    assert shown == sorted(shown)


def test_a_stream_outlives_its_ledgers_restart(vhost: str, tmp_path: Path) -> None:
    redis = RedisServer(require_program("redis-server"), tmp_path, free_port(), *AOF)
    stack = Stack(tmp_path, QUEUE_BACKEND="dramatiq", BROKER_URL=vhost, REDIS_URL=redis.url)
    try:
        with stack.serve() as client, stack.worker():
            task_id = client.submit("outlasting", seconds=5)
            with client.stream("GET", f"/v1/tasks/{task_id}/events") as answer:
                text = answer.iter_text()
                told = next(text)
                while "event: progress" not in told:
                    told += next(text)
                redis.kill()
                redis.start()
                told += "".join(text)
    finally:
        redis.kill()
        RabbitmqPlace(vhost, "dq-").clear()
    assert told.count("event: done") == 1
    assert '"status":"SUCCESS"' in told


def subscriptions(stack: Stack) -> int:
    with Redis.from_url(stack.env["REDIS_URL"]) as redis:
        [(_, count)] = redis.pubsub_numsub("darkroom:changed")
    return int(count)


def open_streams(client: Client) -> float:
    lines = client.get("/metrics").text.splitlines()
    [value] = [line.split()[1] for line in lines if line.startswith("darkroom_open_streams ")]
    return float(value)


def used_s(pid: int, during_s: float) -> float:
    """CPU time that the process takes from now on."""
    before_s = cpu_s(pid)
    time.sleep(during_s)
    return cpu_s(pid) - before_s


def cpu_s(pid: int) -> float:
    """What the process has used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def files_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@contextmanager
def stream(client: Client, task_id: str) -> Iterator[None]:
    """A connection on which the first event has come."""
    url = client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=60) as connection:
        asked = f"GET /v1/tasks/{task_id}/events HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\n\r\n"
        connection.sendall(asked.encode())
        text = b""
        while b"event: status" not in text:
            text += connection.recv(4096)
        yield


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_idle_streams_cost_nothing_and_leave_nothing(stack: Stack) -> None:
    others = subscriptions(stack)
    with stack.serve() as client:
        task_ids = [client.submit(f"idle-{n}") for n in range(10)]
        pid = client.gateway.process.pid
        files, without_s = files_of(pid), used_s(pid, IDLE_S)
        with ExitStack() as streams:
            for n in range(IDLE_STREAMS):
                streams.enter_context(stream(client, task_ids[n % len(task_ids)]))
            assert open_streams(client) == IDLE_STREAMS
            assert subscriptions(stack) == others + 1
            with_s = used_s(pid, IDLE_S)
        print(f"a core's share: {without_s / IDLE_S:.2%} without, {with_s / IDLE_S:.2%} with")
        assert with_s - without_s < 0.2 * IDLE_S
        until(lambda: open_streams(client) == 0)
        until(lambda: files_of(pid) <= files + 2)
        assert client.gateway.stop() == 0
    until(lambda: subscriptions(stack) == others)
