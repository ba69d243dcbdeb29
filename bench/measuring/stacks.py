"""The whole service with a model of the bench: in one process, or as in production."""

import json
import shutil
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from measuring.network import free_port
from measuring.programs import environment, running
from measuring.servers import Servers

KEY = "a-key-for-the-benches-of-the-service"
MANY = str(10_000_000)
COMMAND = ("-m", "entrypoints.cli.main")


@dataclass(frozen=True, slots=True)
class Stack:
    """A running service: where it listens, and the processes that are it."""

    name: str
    port: int
    pids: Sequence[int]


@contextmanager
def embedded(folder: Path, site: Path, **settings: str) -> Iterator[Stack]:
    """`darkroom up`: SQLite and disk, everything in one process."""
    port = free_port()
    env = _environment(port, folder, site, APP_ENV="DEV", **settings)
    folder.mkdir()
    with running([*COMMAND, "up"], folder, env, lambda: is_ready(port)) as pid:
        yield Stack("embedded", port, (pid,))


@contextmanager
def production(servers: Servers, folder: Path, site: Path, **settings: str) -> Iterator[Stack]:
    """`darkroom serve` and `darkroom worker`: Celery on RabbitMQ, Redis; pictures on disk."""
    port = free_port()
    env = _environment(
        port, folder, site, APP_ENV="PROD", STORAGE_BACKEND="local", URL_SIGNING_SECRET=KEY,
        BROKER_URL=servers.broker_url, REDIS_URL=servers.redis_url, GPU_IDS="cpu",
        METRICS_PORT=str(free_port()), **settings,
    )  # fmt: skip
    folder.mkdir()
    with (
        running([*COMMAND, "serve"], folder, env, lambda: is_ready(port)) as gateway,
        running([*COMMAND, "worker"], folder, env, lambda: has_workers(port)) as worker,
    ):
        yield Stack("production", port, (gateway, worker))


def _environment(port: int, folder: Path, site: Path, **own: str) -> dict[str, str]:
    env = environment(
        PORT=str(port), DATA_DIR=str(folder / "data"), API_KEYS=f"default:{KEY}",
        RATE_LIMIT_PER_MINUTE=MANY, MAX_QUEUE_DEPTH=MANY, LOG_LEVEL="warning", **own,
    )  # fmt: skip
    env["PYTHONPATH"] += f":{site}"
    return env


def is_ready(port: int) -> bool:
    return _get(port, "/health/ready") is not None


def has_workers(port: int) -> bool:
    workers = _get(port, "/v1/workers")
    return workers is not None and bool(json.loads(workers)["data"])


def _get(port: int, path: str) -> bytes | None:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"x-api-key": KEY})
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return bytes(answer.read())
    except (URLError, OSError):
        return None


def install_model(site: Path, module: Path, name: str, class_name: str) -> None:
    """What pip leaves behind for a package with one module and one entry point."""
    info = site / f"bench_{module.stem}-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(module, site)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {info.name}\nVersion: 1.0\n")
    point = f"{name} = {module.stem}:{class_name}"
    (info / "entry_points.txt").write_text(f"[darkroom.runners]\n{point}\n")
