"""From the server to the disk: whole files in their place, parts of them aside."""

import fcntl
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.pull.hub import MORE, fetch, page_of
from entrypoints.cli.pull.repository import RemoteFile, Repository
from entrypoints.cli.pull.words import readable

PARTS = ".parts"


def keep(found: Repository, file: RemoteFile, folder: Path, advance: Callable[[int], None]) -> None:
    """The file in its place in `folder`, its hash checked; one that is there is not fetched again,
    and of one that was begun the rest. Raises `Fault`."""
    place = folder / file.name
    if place.is_file() and file.is_whole(place):
        advance(file.bytes)
        return
    part = folder / PARTS / file.digest
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch()
    with part.open("r+b") as sink:
        _alone(sink.fileno(), file)
        if part.stat().st_size > file.bytes:
            sink.truncate()
        if part.stat().st_size < file.bytes:
            fetch(found, file, sink, advance)
        else:
            advance(file.bytes)
    _judge(found, file, part)
    place.parent.mkdir(parents=True, exist_ok=True)
    part.replace(place)
    with suppress(OSError):  # other files are not whole yet
        part.parent.rmdir()


def make_room(folder: Path, files: Sequence[RemoteFile]) -> None:
    """Raises `Fault` before the first byte, not after the last that fitted."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    needed = sum(each.bytes for each in files if not (folder / each.name).exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise Fault(
            ExitStatus.CONFIGURATION, "The disk has no room for it.",
            why=f"{readable(needed)} to come, {readable(free)} free at {there}",
            fix="make room, or set MODELS_DIR to a larger disk", more=MORE,
        )  # fmt: skip


def _alone(descriptor: int, file: RemoteFile) -> None:
    """Two that append to one part would spoil it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Fault(
            ExitStatus.USAGE, f"{file.name} is being fetched already.",
            why="another `darkroom models pull` is at it", fix="let it finish", more=MORE,
        ) from error  # fmt: skip


def _judge(found: Repository, file: RemoteFile, part: Path) -> None:
    """What is wrong is not kept: the next try would go on with it."""
    if file.is_whole(part):
        return
    part.unlink()
    raise Fault(
        ExitStatus.TASK_FAILED, f"{file.name} is not what the server says it is.",
        why="its hash differs; it was deleted",
        fix="run it again; if it stays so, tell its owner", more=page_of(found.name),
    )  # fmt: skip
