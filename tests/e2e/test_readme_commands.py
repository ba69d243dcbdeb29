"""What the README tells a newcomer to type, typed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.pictures import size_of
from tests.e2e.service import ROOT, clean_env, serving

README = (ROOT / "README.md").read_text()
CALLS = re.findall(r"^curl .*?[^\\]$", README, re.MULTILINE | re.DOTALL)


def darkroom(*args: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "entrypoints.cli.main", *args],
        cwd=folder, env=clean_env() | {"PORT": "9"} | env, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


def test_the_demo_ends_and_works_twice(tmp_path: Path) -> None:
    for _ in range(2):
        ended = darkroom("demo", folder=tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert "before-after.png" in ended.stdout
    width, height = size_of((tmp_path / "demo" / "before-after.png").read_bytes())
    assert min(width, height) > 500


def test_one_line_from_a_shell(tmp_path: Path) -> None:
    sample = next((ROOT / "src" / "darkroom" / "samples").glob("*.jpg"))
    ended = darkroom("run", "superres-x4", str(sample), "-o", "big.png", folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("big.png")
    before, after = size_of(sample.read_bytes()), size_of((tmp_path / "big.png").read_bytes())
    assert after == (4 * before[0], 4 * before[1])


def test_the_calls_work_as_printed(tmp_path: Path) -> None:
    submit, watch, fetch = CALLS
    with serving(tmp_path, APP_ENV="DEV", API_KEYS="", LOG_FORMAT="console") as service:

        def typed(call: str) -> str:
            line = call.replace("localhost:8000", f"localhost:{service.port}")
            return subprocess.run(
                ["sh", "-c", line.replace("curl ", "curl -sS --noproxy '*' ", 1)],
                cwd=tmp_path, env=service.env, capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip

        task = json.loads(typed(submit))
        assert task["status"] in ("PENDING", "STARTED")
        again = json.loads(typed(submit))
        assert again["task_id"] == task["task_id"]
        ended = json.loads(typed(watch.replace("<task_id>", task["task_id"])))
        assert ended["status"] == "SUCCESS"
        typed(fetch.replace("<task_id>", task["task_id"]))
    assert size_of((tmp_path / "better.png").read_bytes()) == (64, 64)


@pytest.mark.parametrize("target", re.findall(r"^make ([a-z0-9]+)", README, re.MULTILINE))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
