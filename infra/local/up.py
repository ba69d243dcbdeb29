"""`make up-local`: the production topology without containers, until Ctrl-C.

Gateway, two workers, collector, Prometheus and Flower as processes, against the RabbitMQ, Redis
and S3 of this machine. The environment goes before what stands here; without S3_ENDPOINT a light
S3 server is started too. Logs and process ids lie in LOCAL_FOLDER, data/local unless set.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import yaml

from infra.local.ports import Ports, ports
from infra.local.programs import Programs

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TRIAL = {
    "APP_ENV": "PROD",
    "ALLOW_DEV_SECRETS": "true",
    "API_KEYS": "default:darkroom-trial-key",
    "BROKER_URL": "amqp://guest:guest@127.0.0.1:5672//",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "GPU_IDS": "cpu",
    "S3_ACCESS_KEY": "darkroom",
    "S3_SECRET_KEY": "darkroom-trial-secret",
}


class Asked(Exception):
    """Somebody wants an end."""


def main() -> int:
    folder = Path(os.environ.get("LOCAL_FOLDER", ROOT / "data" / "local")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    programs, at = Programs(folder), ports()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _ask)
    try:
        with stopping(programs):
            bring_up(programs, at, environment(folder, at))
            introduce(at, folder)
            watch(programs)
    except Asked:
        print("Stopped.", flush=True)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def environment(folder: Path, at: Ports) -> dict[str, str]:
    """What every process of ours gets."""
    own_s3 = {} if storage_is_elsewhere() else {"S3_ENDPOINT": f"http://127.0.0.1:{at.s3}"}
    data = {"DATA_DIR": str(folder / "data"), "PORT": str(at.gateway)}
    return TRIAL | own_s3 | data | os.environ


def storage_is_elsewhere() -> bool:
    return "S3_ENDPOINT" in os.environ or os.environ.get("STORAGE_BACKEND", "s3") != "s3"


def bring_up(programs: Programs, at: Ports, env: Mapping[str, str]) -> None:
    darkroom = str(BIN / "darkroom")
    if not storage_is_elsewhere():
        start_s3(programs, at, env)
    programs.start("gateway", [darkroom, "serve"], env, at.gateway)
    for number, port in enumerate(at.workers, 1):
        one = {**env, "METRICS_PORT": str(port)}
        programs.start(f"worker-{number}", [darkroom, "worker"], one, port)
    one = {**env, "METRICS_PORT": str(at.collector)}
    programs.start("collector", [darkroom, "collect"], one, at.collector)
    start_prometheus(programs, at)
    flower = ["flower", f"--port={at.flower}", "--address=127.0.0.1"]
    celery = [str(BIN / "celery"), "--broker", env["BROKER_URL"], *flower]
    programs.start("flower", celery, env, at.flower)


def start_s3(programs: Programs, at: Ports, env: Mapping[str, str]) -> None:
    bucket_folder = programs.folder / "s3"
    bucket_folder.mkdir(exist_ok=True)
    keys = f"{env['S3_ACCESS_KEY']},{env['S3_SECRET_KEY']}"
    command = [str(BIN / "rclone"), "serve", "s3", str(bucket_folder), "--config", "/dev/null",
               "--addr", f"127.0.0.1:{at.s3}", "--auth-key", keys,
               "--vfs-cache-mode", "off"]  # fmt: skip
    programs.start("s3", command, os.environ, at.s3)


def start_prometheus(programs: Programs, at: Ports) -> None:
    program = shutil.which("prometheus")
    if program is None:
        print("prometheus is not installed (Debian: apt install prometheus): none runs")
        return
    config = programs.folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(scraping(at)))
    command = [program, f"--config.file={config}", f"--storage.tsdb.path={config.parent / 'tsdb'}",
               f"--web.listen-address=127.0.0.1:{at.prometheus}"]  # fmt: skip
    programs.start("prometheus", command, os.environ, at.prometheus)


def scraping(at: Ports) -> dict[str, object]:
    """prometheus.yml with the addresses of these processes. Targets may be added in targets/."""
    shipped = yaml.safe_load((ROOT / "prometheus.yml").read_text())
    targets = {"gateway": [at.gateway], "worker": [*at.workers], "collector": [at.collector]}
    jobs: list[dict[str, object]] = [
        {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{p}" for p in found]}]}
        for job, found in targets.items()
    ]
    jobs.append({"job_name": "more", "honor_labels": True,
                 "file_sd_configs": [{"files": ["targets/*.json"],
                                      "refresh_interval": "1s"}]})  # fmt: skip
    given = os.environ.get("SCRAPE_INTERVAL")
    every = {"scrape_interval": given, "evaluation_interval": given} if given else shipped["global"]
    rules = [str(ROOT / each) for each in shipped["rule_files"]]
    return {"global": every, "rule_files": rules, "scrape_configs": jobs}


def introduce(at: Ports, folder: Path) -> None:
    for name, port, path in (
        ("API", at.gateway, "/docs"),
        ("metrics", at.prometheus, "/alerts"),
        ("Flower", at.flower, "/tasks"),
    ):
        print(f"{name:8} http://127.0.0.1:{port}{path}")
    print(f"logs     {folder}\nReady. Ctrl-C stops it.", flush=True)


def watch(programs: Programs) -> None:
    while programs.running:
        for name, code in programs.ended().items():
            print(f"{name} ended (exit {code}); its log: {programs.folder / name}.log", flush=True)
        time.sleep(0.5)


@contextmanager
def stopping(programs: Programs) -> Iterator[None]:
    try:
        yield
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        programs.stop()


def _ask(_number: int, _frame: FrameType | None) -> None:
    raise Asked


if __name__ == "__main__":
    sys.exit(main())
