"""What becomes of a job, its neighbours and this process when a child does not survive."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
from PIL import Image

from adapters.imaging.children.allowance import Allowance
from adapters.imaging.pillow import PillowImaging
from adapters.imaging.processes import ProcessImaging
from domain.model.errors import ImageCorrupt, ImageTooLarge, InternalError, Overloaded
from domain.model.output import WHITE
from domain.model.picture import ImageLimits, Picture
from tests.contract.adapters.imaging.child_watch import (
    busy_child,
    children,
    cpu_s,
    descriptors,
    gone,
    memory_bytes,
    until,
)
from tests.contract.adapters.imaging.slow_files import slow_jpeg
from tests.contract.clauses.imaging_files import photo, png, png_bomb, saved

pytestmark = pytest.mark.anyio

LIMITS = ImageLimits(max_pixels=200_000_000)
SLOW = slow_jpeg()
PHOTO = saved(photo(), "PNG")


@asynccontextmanager
async def started(
    processes: int = 1, allow: Callable[[int, int], Allowance] | None = None
) -> AsyncIterator[ProcessImaging]:
    own = PillowImaging(threads=1)
    imaging = ProcessImaging(own, processes, allow) if allow else ProcessImaging(own, processes)
    await imaging.start()
    until(lambda: bool(children()))  # it is ours from its exec on
    try:
        yield imaging
    finally:
        await imaging.aclose()


def allowing(cpu_s: int = 20, memory_bytes: int = 4 << 30) -> Callable[[int, int], Allowance]:
    return lambda pixels, file_bytes: Allowance(cpu_s, memory_bytes)


async def is_right(imaging: ProcessImaging, data: bytes = PHOTO) -> bool:
    picture = await imaging.decode(data, LIMITS)
    return np.array_equal(picture.pixels, np.array(photo()))


@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
async def test_a_picture_that_crashes_its_decoder_fails_alone(by: signal.Signals) -> None:
    async with started(processes=2) as imaging:
        me, hostile = os.getpid(), asyncio.create_task(imaging.decode(SLOW, LIMITS))
        victim = await asyncio.to_thread(busy_child)
        neighbours = [asyncio.create_task(is_right(imaging)) for _ in range(8)]
        os.kill(victim, by)
        with pytest.raises(ImageCorrupt, match="crashes") as caught:
            await hostile
        assert not caught.value.retryable
        assert all(await asyncio.gather(*neighbours))
        assert os.getpid() == me
        assert victim not in children()


async def test_the_next_picture_finds_a_new_child() -> None:
    async with started(processes=1) as imaging:
        hostile = asyncio.create_task(imaging.decode(SLOW, LIMITS))
        waiting = [asyncio.create_task(is_right(imaging)) for _ in range(3)]
        victim = await asyncio.to_thread(busy_child)
        os.kill(victim, signal.SIGSEGV)
        with pytest.raises(ImageCorrupt):
            await hostile
        assert all(await asyncio.gather(*waiting))
        assert len(children()) == 1
        assert children() != [victim]


async def test_what_the_kernel_kills_may_be_tried_again() -> None:
    """It kills when memory has run out, which is no fault of the picture."""
    async with started() as imaging:
        job = asyncio.create_task(imaging.decode(SLOW, LIMITS))
        os.kill(await asyncio.to_thread(busy_child), signal.SIGKILL)
        with pytest.raises(ImageCorrupt) as caught:
            await job
        assert caught.value.retryable


async def test_a_child_that_died_between_two_jobs_is_no_jobs_fault() -> None:
    async with started() as imaging:
        assert await is_right(imaging)
        os.kill(dead := children()[0], signal.SIGSEGV)
        await asyncio.to_thread(until, lambda: gone(dead))
        assert await is_right(imaging)


async def test_a_result_whose_encoder_dies_is_tried_again() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3000, 3000, 3)).astype(np.uint8)
    async with started() as imaging:
        job = asyncio.create_task(imaging.encode(Picture(noise), "webp", 100, WHITE))
        os.kill(await asyncio.to_thread(busy_child), signal.SIGSEGV)
        with pytest.raises(InternalError) as caught:
            await job
        assert caught.value.retryable


async def test_a_decoder_that_does_not_end_is_ended() -> None:
    async with started(allow=allowing(cpu_s=1)) as imaging:
        with pytest.raises(ImageCorrupt, match="too long") as caught:
            await imaging.decode(SLOW, LIMITS)
        assert not caught.value.retryable
        assert await is_right(imaging)


async def test_processor_time_is_counted_for_each_job_anew() -> None:
    """A child that has worked for longer than a job may is no less fit for the next."""
    data = slow_jpeg(side=2000)
    async with started(allow=allowing(cpu_s=1)) as imaging:
        child = children()[0]
        while cpu_s(child) < 2.5:
            await imaging.decode(data, LIMITS)
        assert children() == [child]


async def test_a_decoder_that_stands_still_is_ended() -> None:
    async with started(allow=allowing(cpu_s=1)) as imaging:
        assert await is_right(imaging)
        os.kill(children()[0], signal.SIGSTOP)
        with pytest.raises(ImageCorrupt, match="too long"):
            await imaging.decode(PHOTO, LIMITS)
        assert await is_right(imaging)


async def test_too_little_memory_for_a_picture_is_no_fault_of_it() -> None:
    blank = png(6000, 6000, 8, 0, [bytes(6000)] * 6000)
    async with started(allow=allowing(memory_bytes=200 << 20)) as imaging:
        before = children()
        with pytest.raises(Overloaded):
            await imaging.decode(blank, LIMITS)
        assert await is_right(imaging)
        assert children() == before


async def test_the_largest_picture_fits_its_memory() -> None:
    side, turned = 8000, Image.Exif()  # 64 megapixels, the default limit
    turned[0x0112] = 6  # a WebP with alpha that lies on its side is the greediest
    lying = Image.new("RGBA", (side, side), (9, 8, 7, 6))
    data = saved(lying, "WEBP", quality=1, method=0, exif=turned)
    async with started() as imaging:
        picture = await imaging.decode(data, ImageLimits())
        assert (picture.width, picture.alpha.min()) == (side, 6)


async def test_a_bomb_costs_no_memory_anywhere() -> None:
    async with started() as imaging:
        assert await is_right(imaging)
        before = memory_bytes("self", "VmRSS")
        with pytest.raises(ImageTooLarge):
            await imaging.decode(png_bomb(side=40_000), LIMITS)
        assert memory_bytes("self", "VmRSS") - before < 50 << 20
        assert memory_bytes(children()[0], "VmHWM") < 200 << 20


async def test_two_hundred_jobs_leave_nothing_behind() -> None:
    async with started() as imaging:
        ours = descriptors()
        assert await is_right(imaging)
        its = descriptors(child := children()[0])
        for n in range(100):
            picture = await imaging.decode(PHOTO, LIMITS)
            await imaging.encode(picture, "webp", None, WHITE)
            with pytest.raises(ImageCorrupt):
                await imaging.decode(PHOTO[: 20 + n % 40], LIMITS)
        del picture
        await asyncio.to_thread(until, lambda: descriptors() == ours)
        assert children() == [child]
        assert descriptors(child) == its


async def test_who_no_longer_wants_a_picture_takes_none_away() -> None:
    async with started() as imaging:
        ours = descriptors()
        running = asyncio.create_task(imaging.decode(SLOW, LIMITS))
        waiting = asyncio.create_task(imaging.decode(SLOW, LIMITS))
        child = await asyncio.to_thread(busy_child)
        for job in (waiting, running):
            job.cancel()
            with pytest.raises(asyncio.CancelledError):
                await job
        assert await is_right(imaging)
        assert children() == [child]
        await asyncio.to_thread(until, lambda: descriptors() == ours)


async def test_closing_does_not_wait_for_a_decoder() -> None:
    async with started(processes=2) as imaging:
        job = asyncio.create_task(imaging.decode(SLOW, LIMITS))
        pids = children()
        await asyncio.to_thread(busy_child)
        await imaging.aclose()
        assert all(gone(pid) for pid in pids)
        with pytest.raises(Overloaded):
            await job


async def test_a_default_timeout_of_some_library_reaches_no_child() -> None:
    """kombu and Celery set one for a while."""
    before_s = socket.getdefaulttimeout()
    socket.setdefaulttimeout(5.0)
    try:
        async with started() as imaging:
            socket.setdefaulttimeout(before_s)
            assert await is_right(imaging)
    finally:
        socket.setdefaulttimeout(before_s)


async def test_closing_twice_and_unused_is_fine() -> None:
    imaging = ProcessImaging(PillowImaging(threads=1))
    await imaging.aclose()
    await imaging.aclose()
