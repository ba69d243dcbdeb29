"""Programs under measurement: started, watched through /proc, stopped."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
READY_LIMIT_S, END_LIMIT_S = 60.0, 40.0
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR")


def environment(**own: str) -> dict[str, str]:
    """`own` and nothing of this shell's Darkroom settings."""
    return (
        {name: os.environ[name] for name in KEPT if name in os.environ}
        | {"PYTHONPATH": str(ROOT / "src")}
        | own
    )


def run(words: Sequence[str | Path], folder: Path, env: Mapping[str, str]) -> str:
    """What a Python program prints; its errors go to stderr. Raises when it fails."""
    return subprocess.run(  # noqa: S603
        [sys.executable, *words], cwd=folder, env=dict(env), check=True, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip


@contextmanager
def running(
    words: Sequence[str | Path],
    folder: Path,
    env: Mapping[str, str],
    ready: Callable[[], bool] = lambda: True,
) -> Iterator[int]:
    """A Python program in `folder`, once it is `ready`; yields its pid. Raises `RuntimeError`, with
    its last words, when it does not get ready. Its log is `folder`/log."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *words], cwd=folder, env=dict(env),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait(process, ready, folder / "log")
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(END_LIMIT_S)
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    until_s = time.monotonic() + READY_LIMIT_S
    while not ready():
        if process.poll() is not None or time.monotonic() > until_s:
            raise RuntimeError(f"not ready: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def cpu_s(pid: int) -> float:
    """CPU seconds, user and system, of a process and its living children so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own_s = (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return own_s + sum(cpu_s(child) for child in children(pid))


def rest_s(pid: int, limit_s: float, share: float = 0.05) -> float:
    """Wait, at most `limit_s`, until the process takes less than `share` of a core: what it put off
    is then done, and counted. Answers `cpu_s` then."""
    until_s, before_s = time.monotonic() + limit_s, cpu_s(pid)
    while time.monotonic() < until_s:
        time.sleep(1.0)
        now_s = cpu_s(pid)
        if now_s - before_s < share:
            return now_s
        before_s = now_s
    return before_s


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
