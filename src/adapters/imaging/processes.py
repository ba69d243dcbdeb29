"""Pictures by Pillow; files are read and written by child processes."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from adapters.imaging.children import jobs
from adapters.imaging.children.allowance import Allowance, for_decoding
from adapters.imaging.children.child import Child, Killed, Lost, NotStarted, TookTooLong
from adapters.imaging.children.errors import no_memory
from adapters.imaging.children.pool import Pool
from adapters.imaging.pillow import PillowImaging
from domain.model.errors import DarkroomError, ImageCorrupt, InternalError, Overloaded
from domain.model.output import Colour
from domain.model.picture import Encoded, Format, ImageLimits, Picture
from domain.model.placing import Lettering, Size
from ports.imaging import Drawn, Imaging
from ports.lifecycle import Lifecycle

T = TypeVar("T")


class ProcessImaging(Imaging, Lifecycle):
    """A hostile file can crash, stop or fill the child that decodes it, and nothing else. What
    works on pixels of our own is left to the threads of `own`."""

    def __init__(
        self,
        own: PillowImaging,
        processes: int = 2,
        for_decoding: Callable[[int, int], Allowance] = for_decoding,
    ) -> None:
        """`for_decoding`: what a file of so many pixels at most, and so many bytes, may take."""
        self._own, self._for_decoding = own, for_decoding
        self._pool = Pool(processes)

    async def start(self) -> None:
        try:
            await asyncio.to_thread(self._pool.start)
        except NotStarted as error:
            raise InternalError(
                "No child process could be started for pictures.",
                remedy="Allow this user more processes, or set IMAGING_BACKEND=memory.",
            ) from error

    async def aclose(self) -> None:
        await asyncio.to_thread(self._pool.close)
        await self._own.aclose()

    async def decode(self, data: bytes, limits: ImageLimits) -> Picture:
        allowance = self._for_decoding(limits.max_pixels, len(data))
        return await self._in_child(partial(jobs.decode, data, limits, allowance), _no_picture)

    async def encode(
        self, picture: Picture, format: Format, quality: int | None, background: Colour
    ) -> Encoded:
        job = partial(jobs.encode, picture, format, quality, background)
        return await self._in_child(job, _no_file)

    async def resize(self, picture: Picture, size: Size) -> Picture:
        return await self._own.resize(picture, size)

    async def draw(self, lettering: Lettering, room: Size) -> Drawn:
        return await self._own.draw(lettering, room)

    async def lay(
        self, picture: Picture, mark: Picture, at: tuple[int, int], opacity: float
    ) -> Picture:
        return await self._own.lay(picture, mark, at, opacity)

    async def _in_child(
        self, job: Callable[[Child], T], error_of: Callable[[Lost], DarkroomError]
    ) -> T:
        try:
            return await self._pool.lend(job)
        except MemoryError as error:
            raise no_memory() from error
        except Lost as lost:
            if self._pool.closed:
                raise Overloaded("This worker is stopping.") from lost
            raise error_of(lost) from lost


def _no_picture(lost: Lost) -> DarkroomError:
    if isinstance(lost, NotStarted):
        return InternalError("No process could be started to decode the picture.")
    if isinstance(lost, TookTooLong):
        return ImageCorrupt("The picture takes too long to decode.")
    # The kernel kills when memory has run out, which may be no fault of the picture.
    return ImageCorrupt("The picture crashes its decoder.", retryable=isinstance(lost, Killed))


def _no_file(lost: Lost) -> DarkroomError:
    return InternalError("The result could not be written: the process that was to do it ended.")
