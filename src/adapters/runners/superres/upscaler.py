"""The network on a device, run tile by tile within bounded memory."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adapters.runners.device_faults import device_faults
from adapters.runners.superres.network import REACH_PX
from adapters.runners.superres.tiling import Tile, whole
from domain.model.errors import GpuOutOfMemory
from domain.model.runner import Checkpoint

Pixels = NDArray[np.uint8]

TILE_PX = 128
LEAST_TILE_PX = 24


class Upscaler:
    """`network` maps (n, 3, h, w) in 0..1 to (n, 3, scale·h, scale·w)."""

    def __init__(
        self, network: nn.Module, scale: int, device: str, *, tile_px: int = TILE_PX
    ) -> None:
        self._scale, self._tile_px = scale, tile_px
        self._device = torch.device(device)
        self._dtype = torch.float32 if self._device.type == "cpu" else torch.float16
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
        todo, done_px = deque(whole(height, width).cut(self._tile_px)), 0
        while todo:
            tile = todo.popleft()
            try:
                self._write(tile, pixels, enlarged, gray)
            except GpuOutOfMemory:
                if tile.side_px <= LEAST_TILE_PX:
                    raise
                todo.extendleft(reversed([*tile.cut(-(-tile.side_px // 2))]))
                continue
            done_px += tile.area_px
            checkpoint(done_px / (height * width))
        return enlarged

    def upscale_stacked(self, pictures: Sequence[Pixels], grays: Sequence[bool]) -> list[Pixels]:
        """Pictures of one shape in one pass, in order; for small ones, where it is faster."""
        with device_faults("enlarging a batch"):
            return [
                self._to_pixels(enlarged, gray)
                for enlarged, gray in zip(self._forward(np.stack(pictures)), grays, strict=True)
            ]

    def warm_up(self) -> None:
        """One pass of a full tile, so that no task pays for the first one."""
        with device_faults("warming up"):
            self._forward(np.zeros((1, self._tile_px, self._tile_px, 3), np.uint8)).cpu()

    def close(self) -> None:
        """Drop the weights and give the device's cached memory back."""
        self._network = nn.Identity()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _write(self, tile: Tile, pixels: Pixels, enlarged: Pixels, gray: bool) -> None:
        read, scale = tile.widened(REACH_PX), self._scale
        source = pixels[read.rows.start : read.rows.stop, read.columns.start : read.columns.stop]
        with device_faults("enlarging a tile"):
            result = self._to_pixels(self._forward(source[None])[0], gray)
        top = (tile.rows.start - read.rows.start) * scale
        left = (tile.columns.start - read.columns.start) * scale
        core = result[top : top + tile.rows.length * scale, left:][:, : tile.columns.length * scale]
        y, x = tile.rows.start * scale, tile.columns.start * scale
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
