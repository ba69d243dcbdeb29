"""A network that enlarges, on a device, run tile by tile within bounded memory."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adapters.runners.device_faults import device_faults
from adapters.runners.enlarging.tiling import Tile, TileSide, whole
from domain.model.errors import GpuOutOfMemory
from domain.model.model_setup import Precision
from domain.model.runner import Checkpoint

Pixels = NDArray[np.uint8]

MEMORY_BUDGET_BYTES = 2**29
CPU_TILE_PX = 128
CPU_STACKED_PX = 8 * 64 * 64
"""Beyond these a pass leaves the cache of a CPU, and is slower than several."""
LEAST_TILE_PX = 24
DTYPES = {
    Precision.FP32: torch.float32,
    Precision.FP16: torch.float16,
    Precision.BF16: torch.bfloat16,
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What has to be known of a network that enlarges `scale` times, to cut pictures for it.

    `overlap_px`: how far it sees, or as far as that matters. `bytes_per_px`: what a pass holds
    per input pixel, by the bytes of one number. `grid_px`: it looks at the picture in blocks of
    this many pixels, so tiles begin at multiples of it; divides `LEAST_TILE_PX`.
    """

    scale: int
    overlap_px: int
    bytes_per_px: Callable[[int], float]
    grid_px: int = 1

    def tile_px(self, budget_px: int, longest_px: int) -> int:
        """The longest side of a tile that, read with its overlap, holds at most `budget_px`."""
        fitting_px = max(LEAST_TILE_PX, math.isqrt(budget_px) - 2 * self.overlap_px)
        return min(longest_px, fitting_px) // self.grid_px * self.grid_px

    def half(self, side_px: int) -> int:
        """At least half of `side_px`, on the grid."""
        return -(-side_px // (2 * self.grid_px)) * self.grid_px


class Upscaler:
    """`network` maps (n, 3, h, w) in 0..1 to (n, 3, scale·h, scale·w). A pass holds no more of
    the device's memory than `memory_budget_bytes`; `tile_px` bounds the tiles further.
    `precision`: by default fp32 on a CPU and fp16 elsewhere."""

    def __init__(
        self,
        network: nn.Module,
        traits: Traits,
        device: str,
        *,
        memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
        tile_px: int | None = None,
        precision: Precision | None = None,
    ) -> None:
        self._traits, self._scale, self._device = traits, traits.scale, torch.device(device)
        on_cpu = self._device.type == "cpu"
        self._dtype = DTYPES[precision or (Precision.FP32 if on_cpu else Precision.FP16)]
        budget_px = int(memory_budget_bytes / traits.bytes_per_px(self._dtype.itemsize))
        self.stacked_px = min(budget_px, CPU_STACKED_PX) if on_cpu else budget_px
        longest_px = tile_px or (CPU_TILE_PX * traits.grid_px if on_cpu else budget_px)
        self._side = TileSide(traits.tile_px(budget_px, longest_px))
        with device_faults("loading the weights"):
            moved = network.to(self._device, self._dtype)
            # torch's stubs leave this overload out.
            self._network = moved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def upscale(self, pixels: Pixels, checkpoint: Checkpoint, gray: bool = False) -> Pixels:
        """(h, w, 3) to (scale·h, scale·w, 3), both uint8. `checkpoint` is called after each
        tile and its exceptions pass; where `gray`, the three channels leave equal.

        Raises `GpuOutOfMemory` when even a tile of 24 px is too much, else `InferenceFailed`.
        """
        height, width = pixels.shape[:2]
        with device_faults("making room for the result"):
            enlarged = np.empty((height * self._scale, width * self._scale, 3), np.uint8)
        todo, done_px = deque([whole(height, width)]), 0
        while todo:
            tile, side_px = todo.popleft(), self._side.px
            if tile.side_px > side_px:
                todo.extendleft(reversed([*tile.cut(side_px)]))
                continue
            try:
                self._write(tile, pixels, enlarged, gray)
            except GpuOutOfMemory:
                if tile.side_px <= LEAST_TILE_PX:
                    raise
                self._side.shorten(self._traits.half(tile.side_px))
                todo.appendleft(tile)
                continue
            done_px += tile.area_px
            checkpoint(done_px / (height * width))
        return enlarged

    def upscale_stacked(self, pictures: Sequence[Pixels], grays: Sequence[bool]) -> list[Pixels]:
        """Pictures of one shape in one pass, in order: no more than `stacked_px` pixels in all."""
        with device_faults("enlarging a batch"):
            return [
                self._to_pixels(enlarged, gray)
                for enlarged, gray in zip(self._forward(np.stack(pictures)), grays, strict=True)
            ]

    def warm_up(self) -> None:
        """One pass, so that no task pays for the first one: a GPU prepares for the very size."""
        with device_faults("warming up"):
            self._blank(LEAST_TILE_PX if self._device.type == "cpu" else self._side.px)

    def probe(self) -> None:
        """One pass of the smallest tile, to see whether the device still computes."""
        with device_faults("proving that the device computes"):
            self._blank(LEAST_TILE_PX)

    def close(self) -> None:
        """Drop the weights and give the device's cached memory back."""
        self._network = nn.Identity()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _blank(self, side_px: int) -> None:
        self._forward(np.zeros((1, side_px, side_px, 3), np.uint8)).cpu()

    def enlarge(self, tile: Tile, pixels: Pixels) -> Tensor:
        """What one pass makes of `tile`: (3, scale·h, scale·w) in 0..1, on the device."""
        read, scale = tile.widened(self._traits.overlap_px), self._scale
        source = pixels[read.rows.start : read.rows.stop, read.columns.start : read.columns.stop]
        top = (tile.rows.start - read.rows.start) * scale
        left = (tile.columns.start - read.columns.start) * scale
        below, right = top + tile.rows.length * scale, left + tile.columns.length * scale
        return self._forward(source[None])[0, :, top:below, left:right]

    def _write(self, tile: Tile, pixels: Pixels, enlarged: Pixels, gray: bool) -> None:
        with device_faults("enlarging a tile"):
            core = self._to_pixels(self.enlarge(tile, pixels), gray)
        y, x = tile.rows.start * self._scale, tile.columns.start * self._scale
        enlarged[y : y + core.shape[0], x : x + core.shape[1]] = core

    def _forward(self, pixels: Pixels) -> Tensor:
        """(n, h, w, 3) uint8 to (n, 3, scale·h, scale·w) in 0..1."""
        with torch.inference_mode():
            # A copy: decoded arrays may be read-only, which torch can't express.
            batch = torch.from_numpy(np.array(pixels)).to(self._device)
            # Pixels lie channels last already, so this permutation moves nothing.
            enlarged: Tensor = self._network(batch.permute(0, 3, 1, 2).to(self._dtype).div_(255))
            return enlarged.clamp_(0, 1)

    def _to_pixels(self, enlarged: Tensor, gray: bool) -> Pixels:
        """(3, h, w) in 0..1 to (h, w, 3) uint8."""
        with torch.inference_mode():
            if gray:
                enlarged = enlarged.mean(0, keepdim=True).expand(3, -1, -1)
            levels: Any = enlarged.mul(255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
            return np.ascontiguousarray(levels)
