from contextlib import suppress

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adapters.runners.enlarging.upscaler import LEAST_TILE_PX, Upscaler
from adapters.runners.superres.network import REACH_PX, bytes_per_px
from adapters.runners.superres.weights import load_network, traits
from domain.model.errors import DeviceMissing, GpuOutOfMemory, InferenceFailed

Pixels = NDArray[np.uint8]


class Device(nn.Module):
    """Doubles each pixel, notes the area of each pass, and fails above `limit_px` a side."""

    def __init__(self, limit_px: int = 10**6, failure: Exception | None = None) -> None:
        super().__init__()
        self.limit_px, self.failure = limit_px, failure
        self.sides_px: list[tuple[int, int]] = []

    def forward(self, batch: Tensor) -> Tensor:
        height, width = int(batch.shape[2]), int(batch.shape[3])
        self.sides_px.append((height, width))
        if self.failure and max(height, width) > self.limit_px:
            raise self.failure
        return batch.repeat_interleave(2, 2).repeat_interleave(2, 3)


def noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8)


def doubled(pixels: Pixels) -> Pixels:
    return pixels.repeat(2, axis=0).repeat(2, axis=1)


def ignore(_done: float) -> None:
    """A checkpoint that neither reports nor raises."""


@pytest.mark.parametrize("scale", [2, 4])
def test_tiles_equal_the_whole_picture(scale: int) -> None:
    network, _ = load_network(scale)
    pixels = noise(70, 101)
    tiled = Upscaler(network, traits(scale), "cpu", tile_px=32).upscale(pixels, ignore)
    at_once = Upscaler(network, traits(scale), "cpu", tile_px=128).upscale(pixels, ignore)
    assert tiled.shape == (70 * scale, 101 * scale, 3)
    assert np.abs(tiled.astype(int) - at_once).max() <= 1


def test_no_pass_is_larger_than_a_tile_and_its_overlap() -> None:
    device = Device()
    enlarged = Upscaler(device, traits(2), "cpu", tile_px=32).upscale(noise(100, 70), ignore)
    assert np.array_equal(enlarged, doubled(noise(100, 70)))
    assert len(device.sides_px) == 4 * 3
    assert max(map(max, device.sides_px)) <= 32 + 2 * REACH_PX


@pytest.mark.parametrize(
    "shortage",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
        MemoryError(),
    ],
)
def test_a_tile_that_does_not_fit_is_halved_and_larger_ones_are_tried_no_more(
    shortage: Exception,
) -> None:
    device = Device(limit_px=70, failure=shortage)
    pixels = noise(64, 160)  # tiles of 128 and 32 columns; read with 6 around them
    enlarged = Upscaler(device, traits(2), "cpu", tile_px=128).upscale(pixels, ignore)
    assert np.array_equal(enlarged, doubled(pixels))
    failed = [sides for sides in device.sides_px if max(sides) > 70]
    assert failed == [(64, 128 + REACH_PX), (64, 64 + 2 * REACH_PX)]
    assert device.sides_px[-1] == (32 + REACH_PX, 32 + REACH_PX)


def test_a_shortage_is_remembered_by_the_next_picture() -> None:
    device = Device(limit_px=70, failure=torch.OutOfMemoryError("CUDA out of memory"))
    upscaler = Upscaler(device, traits(2), "cpu", tile_px=128)
    upscaler.upscale(noise(128, 128), ignore)
    device.sides_px.clear()
    upscaler.upscale(noise(128, 128), ignore)
    assert len(device.sides_px) == 4
    assert max(map(max, device.sides_px)) <= 70


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("budget_bytes", [2**20, 2**22, 2**24])
def test_a_pass_stays_within_its_memory_budget(scale: int, budget_bytes: int) -> None:
    device = Device()
    upscaler = Upscaler(
        device, traits(scale), "cpu", memory_budget_bytes=budget_bytes, tile_px=1000
    )
    with suppress(ValueError):  # this device doubles, whatever the scale
        upscaler.upscale(noise(300, 300), ignore)
    height, width = device.sides_px[0]
    assert height * width * bytes_per_px(scale, 4) <= budget_bytes
    assert upscaler.stacked_px * bytes_per_px(scale, 4) <= budget_bytes


def test_a_shortage_that_no_tile_escapes_is_said() -> None:
    device = Device(limit_px=1, failure=torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(GpuOutOfMemory) as raised:
        Upscaler(device, traits(2), "cpu", tile_px=64).upscale(noise(64, 64), ignore)
    assert isinstance(raised.value.__cause__, torch.OutOfMemoryError)
    assert max(device.sides_px[-1]) <= LEAST_TILE_PX + 2 * REACH_PX


def test_any_other_failure_of_torch_is_an_inference_failure() -> None:
    broken = RuntimeError("shapes do not match")
    with pytest.raises(InferenceFailed) as raised:
        Upscaler(Device(1, broken), traits(2), "cpu").upscale(noise(8, 8), ignore)
    assert raised.value.__cause__ is broken
    assert "shapes" not in raised.value.detail


def test_a_device_that_is_not_there_is_called_missing() -> None:
    network, _ = load_network(2)
    with pytest.raises(DeviceMissing):
        Upscaler(network, traits(2), "cuda:99")


def test_the_checkpoint_hears_of_every_tile_and_its_exception_passes() -> None:
    heard: list[float] = []
    upscaler = Upscaler(Device(), traits(2), "cpu", tile_px=32)
    upscaler.upscale(noise(64, 96), heard.append)
    assert heard == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])

    def cancel(_done: float) -> None:
        raise KeyError("canceled")

    with pytest.raises(KeyError):
        upscaler.upscale(noise(64, 96), cancel)


def test_gray_stays_gray() -> None:
    network, _ = load_network(2)
    gray = noise(20, 20)[..., :1].repeat(3, axis=2)
    enlarged = Upscaler(network, traits(2), "cpu").upscale(gray, ignore, gray=True)
    assert (enlarged == enlarged[..., :1]).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 40), (3, 2)])
def test_the_smallest_pictures_are_enlarged(height: int, width: int) -> None:
    network, _ = load_network(4)
    enlarged = Upscaler(network, traits(4), "cpu").upscale(noise(height, width), ignore)
    assert enlarged.shape == (4 * height, 4 * width, 3)


def test_a_read_only_picture_is_accepted() -> None:
    pixels = noise(9, 9)
    pixels.setflags(write=False)
    assert np.array_equal(
        Upscaler(Device(), traits(2), "cpu").upscale(pixels, ignore), doubled(pixels)
    )
