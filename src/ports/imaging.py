"""Turning files into pictures and pictures into files, and laying one picture on another."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from domain.model.output import Colour
from domain.model.picture import Encoded, Format, ImageLimits, Picture
from domain.model.placing import Lettering, Size


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """`mark`: the letters, transparent around them; None when they could not be drawn.
    `warnings` say what is not as it was asked, and what would help."""

    mark: Picture | None
    warnings: Sequence[str] = ()


class Imaging(ABC):
    __slots__ = ()

    @abstractmethod
    async def decode(self, data: bytes, limits: ImageLimits) -> Picture:
        """An upright picture. Size and frames are judged from the header, before any pixel
        is decoded. Raises `UnsupportedImageFormat`, `ImageTooLarge` or `ImageCorrupt`."""

    @abstractmethod
    async def encode(
        self, picture: Picture, format: Format, quality: int | None, background: Colour
    ) -> Encoded:
        """The picture as a file. `quality` 1-100 matters to jpeg and webp; None = the default.
        Alpha is kept by png and webp and laid on `background` by jpeg. A gray picture stays
        gray where the format can."""

    @abstractmethod
    async def resize(self, picture: Picture, size: Size) -> Picture:
        """The whole picture in exactly `size`. What is transparent does not bleed."""

    @abstractmethod
    async def draw(self, lettering: Lettering, room: Size) -> Drawn:
        """A text as a picture no larger than `room`, without a single box in place of a letter:
        a font that lacks one gives way to a font that has them all."""

    @abstractmethod
    async def lay(
        self, picture: Picture, mark: Picture, at: tuple[int, int], opacity: float
    ) -> Picture:
        """`mark` over `picture`, its alpha times `opacity`, its left top corner `at` (x, y): it has
        to lie inside. Gray stays gray under a gray mark."""
