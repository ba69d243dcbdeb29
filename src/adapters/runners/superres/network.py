"""The compact upscaler: six 3x3 convolutions that learn what bicubic interpolation misses.

Sub-pixel convolution after Shi et al., "Real-Time Single Image and Video Super-Resolution"
(CVPR 2016); learning the residual over an interpolation after Kim et al., VDSR (CVPR 2016).
"""

from torch import Tensor, nn
from torch.nn import functional

WIDTH = 32
DEPTH = 4
REACH_PX = DEPTH + 2
"""How far, in input pixels, an output pixel can see: one per 3x3 convolution."""


class CompactUpscaler(nn.Module):
    """RGB in 0..1, shape (n, 3, h, w), to float32 (n, 3, scale·h, scale·w), not clamped."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        layers: list[nn.Module] = [nn.Conv2d(3, WIDTH, 3, padding=1), nn.PReLU(WIDTH)]
        for _ in range(DEPTH):
            layers += [nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.PReLU(WIDTH)]
        layers += [nn.Conv2d(WIDTH, 3 * scale**2, 3, padding=1), nn.PixelShuffle(scale)]
        self.detail = nn.Sequential(*layers)

    def forward(self, picture: Tensor) -> Tensor:
        # In float32 whatever the weights are, so that half precision costs only detail.
        # `antialias` selects the kernel of Pillow (a = -0.5); without it torch takes -0.75.
        coarse = functional.interpolate(
            picture.float(), scale_factor=self.scale, mode="bicubic", antialias=True
        )
        detail: Tensor = self.detail(picture)
        return coarse + detail.float()


def bytes_per_px(scale: int, item_bytes: int) -> int:
    """What a pass holds at its worst, per input pixel, with weights of `item_bytes` a number.

    Either a layer's input and output beside the interpolated picture, or at the end that picture,
    the detail and their sum; the picture itself comes in twice. Measured on a CPU: 320 bytes for
    scale 2 and 591 for 4, where this says 328 and 600.
    """
    enlarged = 3 * scale**2
    within = 2 * WIDTH * item_bytes + 4 * enlarged
    at_the_end = 3 * 4 * enlarged + (0 if item_bytes == 4 else item_bytes * enlarged)
    return max(within, at_the_end) + 2 * 3 * 4
