"""What the pages under docs/ tell people to type, typed: every block that begins with ```sh run.

The blocks of a page are one script, as somebody would type them one after the other in the root of
the project; `cd` goes to an empty folder first. A block marked `needs=rabbitmq,redis` gets servers
of its own in the place of the usual addresses."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.services import free_port, require_program
from tests.documents import PAGES, Block, blocks
from tests.e2e.production_process import free_pair
from tests.e2e.service import ROOT, clean_env
from tests.servers.redis_server import AOF, RedisServer

pytest_plugins = ["tests.e2e.production_stack"]

LIMIT_S = 480
PRELUDE = """
set -euo pipefail
curl() { command curl --noproxy '*' -sS "$@"; }
"""
USUAL_BROKER, USUAL_REDIS = "amqp://guest:guest@localhost:5672//", "redis://localhost:6379/0"


def runnable(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.runs]


@pytest.fixture
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The addresses that a page names, and where they lie in this run."""
    page: Path = request.node.callspec.params["page"]
    needs = {need for block in runnable(page) for need in block.needs}
    found = {"localhost:8000": f"localhost:{free_port()}", "9100": str(free_pair())}
    if "rabbitmq" in needs:
        found[USUAL_BROKER] = request.getfixturevalue("vhost")
    if "redis" not in needs:
        yield found
        return
    folder = tmp_path / "redis"
    folder.mkdir()
    redis = RedisServer(require_program("redis-server"), folder, free_port(), *AOF)
    try:
        yield found | {USUAL_REDIS: redis.url}
    finally:
        redis.kill()


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_commands_of_a_page_work(page: Path, places: dict[str, str], tmp_path: Path) -> None:
    script = PRELUDE + "".join(block.text for block in runnable(page))
    for usual, place in places.items():
        script = script.replace(usual, place)
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("src", "tests", "pyproject.toml", "docs", ".venv", "infra", "models"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    env = clean_env() | {
        "PORT": places["localhost:8000"].rpartition(":")[2],
        "METRICS_PORT": places["9100"],
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    status, said = typed(script, folder, env)
    assert status == 0, f"{said[-6000:]}\n(exit {status})"


def typed(script: str, folder: Path, env: dict[str, str]) -> tuple[int, str]:
    """The exit status of the script and all that was said. What it left running is ended."""
    log = folder / "said"
    with log.open("wb") as said:
        shell = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL,
            stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
        try:
            shell.wait(LIMIT_S)
        finally:
            end_group(shell.pid)
            shell.wait(30)
    return shell.returncode, log.read_text(errors="replace")


def end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_the_pages_are_found() -> None:
    """A watch that finds nothing would be content for ever."""
    assert len(PAGES) >= 8
    assert [page.stem for page in PAGES if not runnable(page)] == []
