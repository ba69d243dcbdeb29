"""The fonts of this machine: by name, and by the letters they have."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from PIL import ImageFont

FOLDERS = (
    Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts",
    Path.home() / ".fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)  # fmt: skip
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")

PROBE_PX = 32
MAX_FACES = 64
"""In one file; Noto Sans CJK has ten."""
_PLAIN = frozenset({"regular", "book", "normal", "roman"})
_NO_CHARACTER = "\uffff"  # no font has it, so it shows what is drawn for a letter that is missing
_SHOWS_ALL_AS_BOXES = "lastresort"


@dataclass(frozen=True, slots=True)
class Face:
    """One font of a file; without a path, the one that comes with Pillow."""

    path: Path | None
    number: int
    family: str
    style: str

    def sized(self, size_px: int) -> ImageFont.FreeTypeFont:
        """Raises `OSError`."""
        if self.path is None:
            built_in = ImageFont.load_default(size_px)
            if not isinstance(built_in, ImageFont.FreeTypeFont):
                raise OSError("Pillow was built without FreeType")
            return built_in
        return ImageFont.truetype(self.path, size_px, self.number)

    def lacks(self, text: str) -> Iterator[str]:
        """The characters it has no glyph for, invisible ones too: it would show a box for them.
        All of them once its file is gone."""
        try:
            font = self.sized(PROBE_PX)
        except OSError:
            yield from text
            return
        box = _glyph(font, _NO_CHARACTER)
        yield from (
            char for char in dict.fromkeys(text) if char != " " and _glyph(font, char) == box
        )

    def has_all(self, text: str) -> bool:
        return next(self.lacks(text), None) is None


BUILT_IN = Face(None, 0, "Aileron", "Regular")


class Fonts:
    """`own`: a folder whose fonts go before the system's. Looked through once, at first need."""

    def __init__(self, own: Path | None = None, folders: Sequence[Path] = FOLDERS) -> None:
        self._folders = (own, *folders) if own else tuple(folders)

    def named(self, name: str) -> Face | None:
        """By family, by family and style, or by file name; case does not matter."""
        wanted = name.casefold()
        return next((face for face in self.faces if wanted in _names(face)), None)

    def with_all(self, text: str) -> Face | None:
        """The plainest font that has every letter of `text`."""
        return next((face for face in self.faces if face.has_all(text)), None)

    def unknown(self, text: str) -> str:
        """The characters that no font here has."""
        left = text
        for face in self.faces:
            left = "".join(face.lacks(left))
        return left

    @property
    def families(self) -> list[str]:
        return sorted({face.family for face in self.faces})

    @cached_property
    def faces(self) -> Sequence[Face]:
        """The built-in one first, then folder by folder, plain ones before bold and italic."""
        return (BUILT_IN, *(face for folder in self._folders for face in _in_folder(folder)))


def _in_folder(folder: Path) -> list[Face]:
    paths = sorted(
        Path(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(SUFFIXES) and _SHOWS_ALL_AS_BOXES not in name.lower()
    )
    return sorted((face for path in paths for face in _in_file(path)), key=_oddness)


def _in_file(path: Path) -> Iterator[Face]:
    for number in range(MAX_FACES):
        try:
            family, style = ImageFont.truetype(path, PROBE_PX, number).getname()
        except (OSError, UnicodeError):  # past its last font, or none that can be used
            return
        yield Face(path, number, family or path.stem, style or "")


def _oddness(face: Face) -> tuple[bool, bool, str]:
    return face.style.casefold() not in _PLAIN, "sans" not in face.family.casefold(), face.family


def _names(face: Face) -> set[str]:
    file = {face.path.name, face.path.stem} if face.path else set()
    return {name.casefold() for name in {face.family, f"{face.family} {face.style}", *file}}


def _glyph(font: ImageFont.FreeTypeFont, char: str) -> tuple[object, ...]:
    """What is seen of it: nothing of a joiner alone, for which the shaper raises."""
    try:
        mask = font.getmask(char, "L")
    except ValueError:
        return ()
    return mask.size, bytes(mask), font.getlength(char)
