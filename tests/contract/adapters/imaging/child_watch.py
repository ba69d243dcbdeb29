"""The children of a process, seen from outside as the kernel tells of them (Linux)."""

import gc
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

WAIT_S = 60.0
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def children(pid: int | None = None) -> list[int]:
    """Of `pid`, or of this process; the dead are left out."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")
            if (stat := _stat(path)) and int(stat[1]) == (pid or os.getpid()) and stat[0] != "Z"
            and b"adapters.imaging" in (path / "cmdline").read_bytes()]  # fmt: skip


def busy_child(parent: int | None = None) -> int:
    """The first that computes. Waits until all have started, and for that one."""
    until(lambda: bool(children(parent)) and all(map(_listens, children(parent))))
    idle_s = {pid: cpu_s(pid) for pid in children(parent)}
    until(lambda: any(cpu_s(pid) - idle_s[pid] > 0.1 for pid in idle_s))
    return max(idle_s, key=lambda pid: cpu_s(pid) - idle_s[pid])


def cpu_s(pid: int) -> float:
    stat = _stat(Path(f"/proc/{pid}"))
    return sum(map(int, stat[11:13])) * _TICK_S if stat else 0.0


def gone(pid: int) -> bool:
    stat = _stat(Path(f"/proc/{pid}"))
    return not stat or stat[0] == "Z"


def told_by_kernel(pid: int | str, topic: str) -> str:
    return Path(f"/proc/{pid}/{topic}").read_text()


def memory_bytes(pid: int | str, name: str) -> int:
    """`name`: VmRSS is what it holds, VmHWM the most it ever held."""
    lines = told_by_kernel(pid, "status").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))


def descriptors(pid: int | str = "self") -> int:
    """Without those that only await the garbage collector, in the traceback of an error."""
    gc.collect()
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def until(holds: Callable[[], bool]) -> None:
    """Blocks; fails after a time that nothing here takes."""
    end_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end_s, "it never came about"
        time.sleep(0.01)


def _listens(pid: int) -> bool:
    """It ignores SIGTERM, which is the last it does before it takes jobs."""
    lines = told_by_kernel(pid, "status").splitlines()
    ignored = next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn:"))
    return bool(ignored & 1 << signal.SIGTERM - 1)


def _stat(path: Path) -> list[str]:
    """From the state on (proc(5): field 3); empty when there is no such process."""
    try:
        return (path / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []
