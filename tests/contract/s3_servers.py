"""The S3 servers that the bindings run on: a light one for the desk, a real one for the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.contract.services import free_port, missing, require_program
from tests.servers.ceph import PROGRAMS, ceph_rgw
from tests.servers.rclone import rclone_path, rclone_s3
from tests.servers.s3_account import S3Account

SERVERS = ("rclone", "ceph")

_numbers = count()


@contextmanager
def s3_server(name: str, folder: Path) -> Iterator[S3Account]:
    """One of `SERVERS`, started in the empty `folder`."""
    if name == "rclone":
        program = rclone_path() or missing("the program rclone is not installed")
        with rclone_s3(program, folder, free_port()) as account:
            yield account
    else:
        for program in PROGRAMS:
            require_program(program)
        with ceph_rgw(folder, free_port(), free_port()) as account:
            yield account


def new_bucket() -> str:
    """A name no test has used yet."""
    return f"darkroom-{next(_numbers)}"
