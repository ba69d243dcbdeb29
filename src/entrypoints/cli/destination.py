"""Where `darkroom run` writes, and in which format."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from entrypoints.cli.faults import ExitStatus, Fault


class FileFormat(StrEnum):
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"


BY_SUFFIX = {
    ".png": FileFormat.PNG,
    ".jpg": FileFormat.JPEG,
    ".jpeg": FileFormat.JPEG,
    ".webp": FileFormat.WEBP,
}
SUFFIXES = {FileFormat.PNG: ".png", FileFormat.JPEG: ".jpg", FileFormat.WEBP: ".webp"}


@dataclass(frozen=True, slots=True)
class Destination:
    """`asked`: whether the caller named the file; a result without a picture is written only
    then."""

    path: Path
    asked: bool
    format: FileFormat

    @classmethod
    def of(
        cls, model: str, source: Path | None, output: Path | None, format: FileFormat | None
    ) -> Self:
        """`source`: the picture that is read, if one is. Refuses what can't be written, before
        any work is done."""
        suffix = output.suffix.lower() if output else ""
        kind = format or BY_SUFFIX.get(suffix, FileFormat.PNG)
        name = f"{source.stem}-{model}" if source else model
        path = output or (source or Path(model)).with_name(f"{name}{SUFFIXES[kind]}")
        if source is not None and path.resolve() == source.resolve():
            raise _unusable(path, "it is the picture that is read", "name another file")
        if path.is_dir():
            raise _unusable(path, "it is a folder", "name a file in it")
        if not path.parent.is_dir():
            raise _unusable(path, "its folder does not exist", f"mkdir -p {path.parent}")
        return cls(path, output is not None, kind)

    def write(self, data: bytes) -> None:
        try:
            self.path.write_bytes(data)
        except OSError as error:
            why = error.strerror or str(error)
            raise _unusable(self.path, why, "name a file that can be written") from error


def _unusable(path: Path, why: str, fix: str) -> Fault:
    return Fault(
        ExitStatus.USAGE, f"Can't write {path}.", why=why, fix=f"{fix} (-o)",
        more="darkroom run --help",
    )  # fmt: skip
