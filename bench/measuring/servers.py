"""A corner of the machine's RabbitMQ and Redis for one run, empty before and after it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import redis

BROKER_URL = "amqp://guest:guest@localhost:5672//"
REDIS_URL = "redis://localhost:6379/6"


@dataclass(frozen=True, slots=True)
class Servers:
    """`broker_url`: a vhost of our own. `redis_url`: a database of our own. `pids`: of RabbitMQ and
    Redis, which may serve others too."""

    broker_url: str
    redis_url: str
    pids: tuple[int, ...]


@contextmanager
def own_servers(broker_url: str, redis_url: str) -> Iterator[Servers]:
    """Raises `RuntimeError` where the database holds anything: it is emptied in the end."""
    with _database(redis_url) as redis_pid, _vhost(broker_url) as own_url:
        rabbitmq_pid = int(_rabbitmqctl("eval", "list_to_integer(os:getpid())."))
        yield Servers(own_url, redis_url, (rabbitmq_pid, redis_pid))


@contextmanager
def _database(url: str) -> Iterator[int]:
    with redis.Redis.from_url(url) as client:
        if client.dbsize():
            raise RuntimeError(f"{url} is not empty; name another database with --redis-url")
        try:
            yield int(client.info("server")["process_id"])
        finally:
            client.flushdb()


@contextmanager
def _vhost(url: str) -> Iterator[str]:
    """Made by `rabbitmqctl`, so on this machine, and gone afterwards with all that is in it."""
    parts, name = urlsplit(url), f"darkroom-bench-{os.getpid()}"
    _rabbitmqctl("add_vhost", name)
    try:
        everything = (".*", ".*", ".*")
        _rabbitmqctl("set_permissions", "-p", name, parts.username or "guest", *everything)
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        _rabbitmqctl("delete_vhost", name)


def _rabbitmqctl(*words: str) -> str:
    program = shutil.which("rabbitmqctl")
    if program is None:
        raise RuntimeError("rabbitmqctl is needed, to make a vhost for this run")
    return subprocess.run(  # noqa: S603
        [program, "-q", *words], check=True, timeout=60, capture_output=True, text=True
    ).stdout
