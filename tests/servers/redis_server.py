"""A Redis of a test's own, to be flushed, filled, killed and started again."""

from pathlib import Path

from tests.servers.process import ServerProcess, listens

START_LIMIT_S = 30.0
AOF = ("--appendonly", "yes")


class RedisServer:
    """Keeps its files in `folder`; `options` are those of redis-server."""

    def __init__(self, program: str, folder: Path, port: int, *options: str) -> None:
        self.url = f"redis://127.0.0.1:{port}/1"
        self._port, self._log = port, folder / "redis.log"
        self._command = [
            program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
            "--save", "", *options,
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        self._process = ServerProcess(self._command, self._log)
        self._process.wait_until(lambda: listens(self._port), START_LIMIT_S)

    def kill(self) -> None:
        """As kill -9."""
        self._process.kill()
