"""Programs side by side, as one: started in order, ended together."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.ports import listens

READY_S = 90.0
STOP_S = 40.0


@dataclass(slots=True)
class Programs:
    """What each says goes to a file of its own in `folder`, its process id to another."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str], port: int) -> None:
        """Returns once something listens on `port`; raises `RuntimeError` if it ends instead."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command, cwd=self.folder, env=dict(env), stdin=subprocess.DEVNULL,
                stdout=sink, stderr=sink, start_new_session=True,
            )  # fmt: skip
        self.running[name] = process
        (self.folder / f"{name}.pid").write_text(str(process.pid))
        ends_at = time.monotonic() + READY_S
        while not listens(port):
            if process.poll() is not None or time.monotonic() > ends_at:
                last_words = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{name} is not ready on port {port}:\n{last_words}")
            time.sleep(0.05)

    def ended(self) -> Mapping[str, int]:
        """Exit codes of those that ended since the last call."""
        codes = {name: process.poll() for name, process in self.running.items()}
        for name in (gone := {n: code for n, code in codes.items() if code is not None}):
            del self.running[name]
        return gone

    def stop(self) -> None:
        """The last one first; whoever takes too long is killed."""
        for process in reversed(self.running.values()):
            process.terminate()
        ends_at = time.monotonic() + STOP_S
        for process in self.running.values():
            try:
                process.wait(max(0.1, ends_at - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
