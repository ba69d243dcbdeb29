"""RRDBNet, the generator of ESRGAN and Real-ESRGAN.

Residual in residual dense blocks after Wang et al., "ESRGAN: Enhanced Super-Resolution Generative
Adversarial Networks" (ECCV Workshops 2018); the folding of the input (pixel unshuffle) for factors
under 4 after Wang et al., "Real-ESRGAN" (ICCV Workshops 2021).
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from adapters.runners.enlarging.upscaler import Traits
from adapters.runners.esrgan.layouts import Architecture

DAMPING = 0.2
OVERLAP_PX = 16
"""In pixels of the folded picture. One sees further than that, but what is beyond hardly matters:
with random weights it moves the result by 1e-5 of its spread."""


def conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def bent(values: Tensor) -> Tensor:
    return functional.leaky_relu(values, 0.2, inplace=True)


class DenseBlock(nn.Module):
    """Five layers, each of which sees all before it."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.conv1 = conv(features, growth)
        self.conv2 = conv(features + growth, growth)
        self.conv3 = conv(features + 2 * growth, growth)
        self.conv4 = conv(features + 3 * growth, growth)
        self.conv5 = conv(features + 4 * growth, features)

    def forward(self, values: Tensor) -> Tensor:
        seen = [values]
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen.append(bent(layer(torch.cat(seen, 1))))
        detail: Tensor = self.conv5(torch.cat(seen, 1))
        return detail.mul_(DAMPING).add_(values)


class ResidualBlock(nn.Module):
    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(features, growth)
        self.rdb2 = DenseBlock(features, growth)
        self.rdb3 = DenseBlock(features, growth)

    def forward(self, values: Tensor) -> Tensor:
        detail: Tensor = self.rdb3(self.rdb2(self.rdb1(values)))
        return detail.mul_(DAMPING).add_(values)


class RRDBNet(nn.Module):
    """RGB in 0..1, shape (n, 3, h, w), to float32 (n, 3, scale·h, scale·w), not clamped."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        wide = shape.features
        self.scale, self.unshuffle = shape.scale, shape.unshuffle
        self.conv_first = conv(3 * shape.unshuffle**2, wide)
        blocks = [ResidualBlock(wide, shape.growth) for _ in range(shape.blocks)]
        self.body = nn.Sequential(*blocks)
        self.conv_body = conv(wide, wide)
        self.steps = [f"conv_up{step}" for step in range(1, shape.doublings + 1)]
        for step in self.steps:
            self.add_module(step, conv(wide, wide))
        self.conv_hr = conv(wide, wide)
        self.conv_last = conv(wide, 3)

    def forward(self, picture: Tensor) -> Tensor:
        height, width = picture.shape[-2:]
        first: Tensor = self.conv_first(self._folded(picture))
        values = self.conv_body(self.body(first)).add_(first)
        for step in self.steps:
            doubled = functional.interpolate(values, scale_factor=2, mode="nearest")
            values = bent(self.get_submodule(step)(doubled))
        enlarged: Tensor = self.conv_last(bent(self.conv_hr(values)))
        return enlarged[..., : height * self.scale, : width * self.scale].float()

    def _folded(self, picture: Tensor) -> Tensor:
        """Blocks of pixels as channels; sides that do not divide are first mirrored on."""
        if self.unshuffle == 1:
            return picture
        below, right = (-side % self.unshuffle for side in picture.shape[-2:])
        small = below >= picture.shape[-2] or right >= picture.shape[-1]
        mode = "replicate" if small else "reflect"  # nothing to mirror in a side of 1 to 3 pixels
        padded = functional.pad(picture, (0, right, 0, below), mode)
        return functional.pixel_unshuffle(padded, self.unshuffle)


def bytes_per_px(shape: Architecture, item_bytes: int) -> float:
    """What a pass holds at its worst, per input pixel, with weights of `item_bytes` a number: the
    last layers, at full size. Measured on a CPU: 13 kB for the published ×4 network in fp32."""
    return 3250 * item_bytes * shape.features / 64 * shape.scale**2 / 16


def traits(shape: Architecture) -> Traits:
    """What the network needs of a picture."""
    overlap_px = OVERLAP_PX * shape.unshuffle
    return Traits(shape.scale, overlap_px, partial(bytes_per_px, shape), shape.unshuffle)
