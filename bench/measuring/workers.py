"""The four workers: ours and a bare one, on Celery and on Dramatiq."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring.network import free_port
from measuring.programs import ROOT, environment
from measuring.servers import Servers

SLOTS = "8"
LIBRARIES = ("celery", "dramatiq")
OURS, BARE = ROOT / "bench" / "ours", ROOT / "bench" / "bare"
QUEUES = {"celery": "gpu-normal", "dramatiq": "dq-gpu-normal"}
CLI = {
    "celery": ("-m", "celery", "-A", "celery_worker", "worker", "-P", "threads", "-c", SLOTS),
    "dramatiq": ("-m", "dramatiq", "dramatiq_worker", "-p", "1", "-t", SLOTS),
}
KEY = "a-key-for-the-bench-of-the-worker"


@dataclass(frozen=True, slots=True)
class Side:
    """A worker, the program that publishes for it, and the queue between them."""

    name: str
    queue: str
    folder: Path
    env: dict[str, str]
    publish: Sequence[str | Path]
    work: Sequence[str | Path]


def four_sides(servers: Servers, folder: Path) -> list[Side]:
    """Each with a folder of its own, in `folder`; the no-op model is installed there too."""
    site = folder / "site"
    _install_noop(site)
    return [
        side
        for library in LIBRARIES
        for side in (_ours(library, servers, folder, site), _bare(library, servers, folder))
    ]


def _ours(library: str, servers: Servers, folder: Path, site: Path) -> Side:
    own = folder / f"ours-{library}"
    own.mkdir()
    env = environment(
        APP_ENV="PROD", QUEUE_BACKEND=library, MODELS="noop", API_KEYS=f"default:{KEY}",
        STORAGE_BACKEND="local", DATA_DIR=str(own), URL_SIGNING_SECRET=KEY,
        BROKER_URL=servers.broker_url, REDIS_URL=servers.redis_url, MAX_QUEUE_DEPTH="10000000",
        GPU_IDS="cpu", WORKER_CONCURRENCY=SLOTS, METRICS_PORT=str(free_port()),
        LOG_FILE=str(own / "pieces.log"),
    )  # fmt: skip
    env["PYTHONPATH"] += f":{site}"
    work = ("-m", "entrypoints.cli.main", "worker")
    publish = (OURS / "publish.py",)
    return Side(f"darkroom, {library}", QUEUES[library], own, env, publish, work)


def _bare(library: str, servers: Servers, folder: Path) -> Side:
    own, module = folder / f"bare-{library}", BARE / f"{library}_worker.py"
    own.mkdir()
    env = environment(BROKER_URL=servers.broker_url)
    env["PYTHONPATH"] += f":{BARE}"
    return Side(f"bare {library}", f"bare-{library}", own, env, (module,), CLI[library])


def _install_noop(site: Path) -> None:
    """What pip leaves behind for a package with one module and one entry point."""
    info = site / "noop_model-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(OURS / "noop_model.py", site)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: noop-model\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[darkroom.runners]\nnoop = noop_model:Noop\n")
