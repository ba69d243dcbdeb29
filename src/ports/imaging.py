"""Turning files into pictures and pictures into files."""

from abc import ABC, abstractmethod

from domain.model.picture import Encoded, Format, ImageLimits, Picture


class Imaging(ABC):
    __slots__ = ()

    @abstractmethod
    async def decode(self, data: bytes, limits: ImageLimits) -> Picture:
        """An upright picture. Size and frames are judged from the header, before any pixel
        is decoded. Raises `UnsupportedImageFormat`, `ImageTooLarge` or `ImageCorrupt`."""

    @abstractmethod
    async def encode(self, picture: Picture, format: Format, quality: int | None) -> Encoded:
        """The picture as a file. `quality` 1-100 matters to jpeg and webp; None = the default.
        Alpha is kept by png and webp and laid on white by jpeg."""

    @abstractmethod
    async def thumbnail(self, picture: Picture, max_side_px: int) -> Picture:
        """The whole picture, its longer side at most `max_side_px`; never enlarged."""
