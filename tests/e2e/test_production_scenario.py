"""Two hundred tasks of mixed priority, a worker killed and the broker restarted in their midst."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contract.services import free_port, missing, require_program
from tests.e2e.production import BACKENDS, Client, Stack
from tests.e2e.production_process import until
from tests.servers.rabbitmq_server import RabbitmqServer
from tests.servers.rclone import rclone_path, rclone_s3
from tests.servers.redis_server import AOF, RedisServer
from tests.servers.s3_account import S3Account

TASKS, SUBMITTERS = 200, 8
TIERS = ("high", "normal", "low")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitmqServer]:
    folder = tmp_path_factory.mktemp("rabbitmq")
    server = RabbitmqServer(require_program("rabbitmq-server"), folder, free_port())
    yield server
    server.kill()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(require_program("redis-server"), tmp_path, free_port(), *AOF)
    yield server
    server.kill()


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3Account]:
    program = rclone_path() or missing("the program rclone is not installed")
    (tmp_path / "s3").mkdir()
    with rclone_s3(program, tmp_path / "s3", free_port()) as account:
        yield account


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_task_is_lost_and_none_is_done_twice(
    backend: str, broker: RabbitmqServer, redis: RedisServer, s3: S3Account, tmp_path: Path
) -> None:
    stack = Stack(
        tmp_path, QUEUE_BACKEND=backend, BROKER_URL=broker.url, REDIS_URL=redis.url,
        STORAGE_BACKEND="s3", S3_ENDPOINT=f"http://{s3.endpoint}", S3_ACCESS_KEY=s3.access_key,
        S3_SECRET_KEY=s3.secret_key, WORKER_CONCURRENCY="4", LEASE_S="5", MAX_RETRIES="3",
    )  # fmt: skip
    with (
        stack.serve() as client,
        stack.workers(2) as [doomed, _],
        ThreadPoolExecutor(SUBMITTERS) as pool,
    ):
        names = [f"task-{n}" for n in range(TASKS)]
        answers = pool.map(partial(submit, client), names)
        until(lambda: len(stack.starts()) >= TASKS // 8)
        doomed.kill_child()
        until(lambda: len(stack.starts()) >= TASKS // 3)
        broker.kill()
        broker.start()
        accepted = dict(zip(answers, names, strict=True))
        until(lambda: {task["status"] for task in listed(client)} == {"SUCCESS"}, 90)
        tasks = listed(client)
        pictures = {task["task_id"]: picture(client, task["task_id"]) for task in tasks}
    assert sorted(pictures) == sorted(accepted)
    assert set(pictures.values()) == {(200, "image/png")}
    assert {task["attempt"] for task in tasks} <= {1, 2}
    started = Counter(stack.starts())
    for task in tasks:
        assert started[accepted[task["task_id"]]] <= task["attempt"]
    keys = {task["result"]["s3_key"] for task in tasks}
    assert len(keys) == TASKS
    assert keys <= stored(tmp_path)
    assert {key.split("/")[3] for key in stored(tmp_path) - keys} <= {
        task["task_id"] for task in tasks if task["attempt"] == 2
    }


def stored(folder: Path) -> set[str]:
    """The keys of all pictures that any attempt wrote."""
    bucket = folder / "s3" / "darkroom"
    return {str(path.relative_to(bucket)) for path in bucket.glob("results/**/*_24x16.png")}


def submit(client: Client, name: str) -> str:
    tier = TIERS[int(name.removeprefix("task-")) % len(TIERS)]
    return client.submit(name, priority=tier, seconds=0.05)


def listed(client: Client) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = []
    page = {"has_more": True, "next_cursor": None}
    while page["has_more"]:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = client.get("/v1/tasks", params={"limit": 100, **cursor}).json()
        tasks += page["data"]
    return tasks


def picture(client: Client, task_id: str) -> tuple[int, str]:
    answer = client.get(f"/v1/tasks/{task_id}/result", headers={"accept": "image/*"})
    return answer.status_code, answer.headers["content-type"]
