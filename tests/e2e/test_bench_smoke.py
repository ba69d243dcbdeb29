"""The benches run to their end and say what programs read: one line of JSON. No figure is judged:
how fast a shared machine is proves nothing."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.services import require, require_program

ROOT = Path(__file__).parents[2]
LIMIT_S = 120
DB = 5
"""Of Redis; a bench empties it."""

SHORT = {
    "gateway.py": ["--seconds", "1", "--rounds", "1", "--pieces", "64"],
    "worker.py": ["--tasks", "120", "--rounds", "1", "--pieces", "10"],
    "engine.py": ["--seconds", "1", "--rounds", "1"],
}
WITHOUT_SERVERS = ["images.py", "--seconds", "1", "--rounds", "1", "--large", "256"]
KEYS = {
    "gateway.py": {"submit_ratio", "submit_cpu_ratio"},
    "worker.py": {
        "celery_added_cpu_ms", "dramatiq_added_cpu_ms", "celery_ratio", "dramatiq_ratio",
    },
    "engine.py": {"busy", "batch_curve", "vs_naive", "dev_ratio", "prod_ratio"},
    "images.py": {"superres_ratio", "scoring_ratio", "peak_mb_4096"},
}  # fmt: skip


@pytest.mark.parametrize("bench", SHORT)
def test_a_bench_ends_with_its_numbers(bench: str) -> None:
    require_program("rabbitmqctl")
    redis_url = urlsplit(require("redis"))._replace(path=f"/{DB}").geturl()
    servers = ["--broker-url", require("rabbitmq"), "--redis-url", redis_url]
    judge(bench, ended(bench, *SHORT[bench], *servers))


def test_the_bench_of_pictures_needs_no_server() -> None:
    judge("images.py", ended(*WITHOUT_SERVERS))


def ended(bench: str, *options: str) -> dict[str, Any]:
    """What the bench says in its last line."""
    run = subprocess.run(
        [sys.executable, ROOT / "bench" / bench, *options],
        check=False, capture_output=True, text=True, timeout=LIMIT_S,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return dict(json.loads(run.stdout.splitlines()[-1]))


def judge(bench: str, found: dict[str, Any]) -> None:
    assert found.keys() == KEYS[bench]
    curve = found.pop("batch_curve", {"1": 1.0})
    numbers = [*found.values(), *curve.values()]
    assert all(math.isfinite(number) and number > 0 for number in numbers), found
