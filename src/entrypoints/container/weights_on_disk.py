"""The weights of a model as they lie on the disk: files, or folders of files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OnDisk:
    """`newest_ns`: when any of it was written last. Both are 0 where there is nothing."""

    bytes: int = 0
    newest_ns: int = 0


def on_disk(*paths: str | None) -> OnDisk:
    """All of them together, told without reading a byte."""
    try:
        stats = [each.stat() for path in paths if path for each in _files(Path(path))]
    except OSError:
        return OnDisk()
    return OnDisk(sum(s.st_size for s in stats), max((s.st_mtime_ns for s in stats), default=0))


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
