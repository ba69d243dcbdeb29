"""A server that a test starts for itself, in a folder of its own."""

import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class ServerProcess:
    """One child process; what it says goes to `log`."""

    def __init__(self, command: Sequence[str | Path], log: Path) -> None:
        self._name = Path(command[0]).name
        self._log = log
        with log.open("wb") as sink:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT
            )

    def wait_until(self, ready: Callable[[], bool], limit_s: float) -> None:
        """Return once `ready` says yes; `RuntimeError` with the last words of the server if it
        ends before that, or takes longer than `limit_s`."""
        ends_at = time.monotonic() + limit_s
        while not ready():
            if self._process.poll() is not None or time.monotonic() > ends_at:
                last_words = self._log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self._name} is not ready after {limit_s} s: {last_words}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once: nothing it holds is worth keeping."""
        self._process.kill()
        self._process.wait()


def listens(port: int) -> bool:
    """Whether somebody accepts TCP connections on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
