"""What a repository holds, and which of it a model needs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

WEIGHTS = ("*.safetensors", "*.pth")
AROUND = ("*.json", "*.txt", "*.model", "*.md", "LICENSE*", "LICENCE*")
"""Settings and words of a model, and what it may be used for."""
FOLDER_MARK = "model_index.json"
"""At the root of a diffusers folder. Weights beside it are the same once more, in one file."""
TWINS = (".fp16", ".bf16", ".non_ema")
"""Marks of weights that are there a second time."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """`sha256` where the server says it, as it does for all that is large; else `git_sha1`."""

    name: str
    bytes: int
    sha256: str | None
    git_sha1: str | None

    @property
    def digest(self) -> str:
        return self.sha256 or self.git_sha1 or ""

    def is_whole(self, path: Path) -> bool:
        """Whether the file at `path` is the one that the server has."""
        if path.stat().st_size != self.bytes:
            return False
        with path.open("rb") as file:
            if self.sha256 is not None:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
            git = hashlib.sha1(f"blob {self.bytes}\0".encode(), usedforsecurity=False)
            while piece := file.read(2**20):
                git.update(piece)
        return git.hexdigest() == self.git_sha1


@dataclass(frozen=True, slots=True)
class Repository:
    """`revision`: the commit. `licence`: what its card says, None where it says nothing."""

    name: str
    revision: str
    licence: str | None
    files: tuple[RemoteFile, ...]

    def needed(self, patterns: Sequence[str]) -> list[RemoteFile]:
        """The files that fit one of `patterns`; without any, those that Darkroom reads."""
        names = {each.name for each in self.files}
        return [each for each in self.files if _is_needed(each.name, names, patterns)]


def _is_needed(name: str, names: set[str], patterns: Sequence[str]) -> bool:
    path = PurePosixPath(name)
    if patterns:
        return any(fnmatch(name, each) or fnmatch(path.name, each) for each in patterns)
    if any(fnmatch(path.name, each) for each in AROUND):
        return True
    if not any(fnmatch(path.name, each) for each in WEIGHTS):
        return False
    if FOLDER_MARK in names and len(path.parts) == 1:
        return False
    return not any(twin in name and name.replace(twin, "") in names for twin in TWINS)
