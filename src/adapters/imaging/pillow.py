"""Decoding and encoding by Pillow, in threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from adapters.imaging.reading import read
from adapters.imaging.writing import shrink, write
from domain.model.picture import Encoded, Format, ImageLimits, Picture
from ports.imaging import Imaging
from ports.lifecycle import Lifecycle

T = TypeVar("T")


class PillowImaging(Imaging, Lifecycle):
    """`threads` bounds how many pictures are in the works, and so their memory.

    A colour or gray file keeps its pixel values and its ICC profile; CMYK becomes sRGB by its
    profile. 16-bit gray is scaled to 8 bits, 16-bit colour is read by its high bytes. Animations
    are refused; of a phone's multi-picture JPEG the first is taken.
    """

    def __init__(self, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="imaging")

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def decode(self, data: bytes, limits: ImageLimits) -> Picture:
        return await self._in_thread(lambda: read(data, limits))

    async def encode(self, picture: Picture, format: Format, quality: int | None) -> Encoded:
        return await self._in_thread(lambda: write(picture, format, quality))

    async def thumbnail(self, picture: Picture, max_side_px: int) -> Picture:
        return await self._in_thread(lambda: shrink(picture, max_side_px))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
