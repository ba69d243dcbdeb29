"""How much memory a process and its children hold at most."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measuring.programs import children

LOOK_EVERY_S = 0.05
KIB_PER_MB = 1000 * 1000 / 1024


@dataclass(slots=True)
class Peak:
    """`mb`: the highest sum of proportional set sizes seen so far: what several processes share is
    counted once. In 10^6 bytes."""

    mb: float = 0.0


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Looks every 50 ms while the block lasts."""
    peak, ended = Peak(), threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_EVERY_S):
            peak.mb = max(peak.mb, held_mb(pid))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield peak
    finally:
        ended.set()
        looking.join()


def held_mb(pid: int) -> float:
    """Of `pid` and its living children now; one that has just ended holds nothing."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        below = children(pid)
    except (OSError, ProcessLookupError):
        return 0.0
    own_kib = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return own_kib / KIB_PER_MB + sum(held_mb(child) for child in below)
