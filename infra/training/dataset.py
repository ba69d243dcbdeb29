"""Pairs of small and large patches, drawn at random from the training pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from infra.training import sources
from infra.training.degrade import align, jpeg, shrink
from infra.training.pictures import Pixels, training_copies
from infra.training.procedural import drawings

DRAWINGS = 20
MARGIN_PX = 12
"""Coded around a patch before it is cut out, so that the 8-px JPEG grid lies anywhere in it."""
FLAT_STD = 8.0
FLAT_SKIPPED = 0.8
PERMUTED = 0.5
INVERTED = 0.1


@dataclass(frozen=True)
class Recipe:
    """`jpeg_share`: part of the patches that are JPEG-coded at `jpeg_quality` (low, high)."""

    scale: int
    patch_px: int
    batch: int
    jpeg_share: float
    jpeg_quality: tuple[int, int]


class PatchSampler:
    """Draws batches. Pictures are chosen with probability ~ sqrt(area), so none dominates."""

    def __init__(self, root: Path, recipe: Recipe, rng: Generator) -> None:
        self._recipe, self._rng = recipe, rng
        files = sources.paths(root, sources.TRAINING)
        large = [copy for file in files for copy in training_copies(file)]
        large += list(drawings(DRAWINGS, rng))
        least_px = recipe.patch_px * recipe.scale
        fitting = [picture for picture in large if min(picture.shape[:2]) >= least_px]
        self._large = [align(picture, recipe.scale) for picture in fitting]
        self._small = [shrink(picture, recipe.scale) for picture in self._large]
        areas = np.array([picture.shape[0] * picture.shape[1] for picture in self._large])
        self._weights = np.sqrt(areas) / np.sqrt(areas).sum()
        self.megapixels = float(areas.sum()) / 1e6

    def __len__(self) -> int:
        return len(self._large)

    def batch(self) -> tuple[Pixels, Pixels]:
        """Small (n, p, p, 3) and large (n, s·p, s·p, 3), contiguous uint8."""
        pairs = [self._pair() for _ in range(self._recipe.batch)]
        return np.stack([small for small, _ in pairs]), np.stack([large for _, large in pairs])

    def _pair(self) -> tuple[Pixels, Pixels]:
        while True:
            index = int(self._rng.choice(len(self._large), p=self._weights))
            small, large = self._cut(index)
            if large.std((0, 1)).max() >= FLAT_STD or self._rng.random() > FLAT_SKIPPED:
                return self._augment(small, large)

    def _cut(self, index: int) -> tuple[Pixels, Pixels]:
        whole, patch, scale = self._small[index], self._recipe.patch_px, self._recipe.scale
        y = int(self._rng.integers(0, whole.shape[0] - patch + 1))
        x = int(self._rng.integers(0, whole.shape[1] - patch + 1))
        size = patch * scale
        large = self._large[index][y * scale : y * scale + size, x * scale : x * scale + size]
        if self._rng.random() >= self._recipe.jpeg_share:
            return whole[y : y + patch, x : x + patch], large
        top, left = (max(0, at - int(self._rng.integers(0, MARGIN_PX + 1))) for at in (y, x))
        region = whole[top : y + patch + MARGIN_PX, left : x + patch + MARGIN_PX]
        coded = self._code(region)
        return coded[y - top : y - top + patch, x - left : x - left + patch], large

    def _code(self, region: Pixels) -> Pixels:
        low, high = self._recipe.jpeg_quality
        chroma = "4:4:4" if self._rng.random() < 0.5 else "4:2:0"
        return jpeg(region, int(self._rng.integers(low, high + 1)), chroma)

    def _augment(self, small: Pixels, large: Pixels) -> tuple[Pixels, Pixels]:
        """The same flips, transpose, channel order and inversion for both."""
        flip_y, flip_x, transpose = (bool(bit) for bit in self._rng.integers(0, 2, 3))
        order = self._rng.permutation(3) if self._rng.random() < PERMUTED else np.arange(3)
        inverted = self._rng.random() < INVERTED
        pair = []
        for pixels in (small, large):
            turned = pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1][..., order]
            turned = turned.transpose(1, 0, 2) if transpose else turned
            pair.append(np.ascontiguousarray(255 - turned if inverted else turned))
        return pair[0], pair[1]
