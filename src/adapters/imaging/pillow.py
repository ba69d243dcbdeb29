"""Pictures by Pillow, in threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from adapters.imaging.drawing import draw
from adapters.imaging.fonts import Fonts
from adapters.imaging.marking import lay
from adapters.imaging.reading import read
from adapters.imaging.resizing import resize
from adapters.imaging.writing import write
from domain.model.output import Colour
from domain.model.picture import Encoded, Format, ImageLimits, Picture
from domain.model.placing import Lettering, Size
from ports.imaging import Drawn, Imaging
from ports.lifecycle import Lifecycle

T = TypeVar("T")


class PillowImaging(Imaging, Lifecycle):
    """`threads` bounds how many pictures are in the works, and so their memory.

    A colour or gray file keeps its pixel values and its ICC profile; CMYK becomes sRGB by its
    profile. 16-bit gray is scaled to 8 bits, 16-bit colour is read by its high bytes. Animations
    are refused; of a phone's multi-picture JPEG the first is taken.
    """

    def __init__(self, threads: int = 2, fonts: Path | None = None) -> None:
        """`fonts`: a folder of fonts beside the system's."""
        self._fonts = Fonts(fonts)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="imaging")

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def decode(self, data: bytes, limits: ImageLimits) -> Picture:
        return await self._in_thread(lambda: read(data, limits))

    async def encode(
        self, picture: Picture, format: Format, quality: int | None, background: Colour
    ) -> Encoded:
        return await self._in_thread(lambda: write(picture, format, quality, background))

    async def resize(self, picture: Picture, size: Size) -> Picture:
        return await self._in_thread(lambda: resize(picture, size))

    async def draw(self, lettering: Lettering, room: Size) -> Drawn:
        return await self._in_thread(lambda: draw(self._fonts, lettering, room))

    async def lay(
        self, picture: Picture, mark: Picture, at: tuple[int, int], opacity: float
    ) -> Picture:
        return await self._in_thread(lambda: lay(picture, mark, at, opacity))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
