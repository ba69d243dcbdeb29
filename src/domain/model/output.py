"""How a result picture is to come back: its format, its size, and the mark it bears."""

import re
from dataclasses import dataclass
from typing import Literal

from domain.model.picture import Format

Colour = tuple[int, int, int]
"""Red, green, blue: 0 to 255 each."""

Position = Literal["top-left", "top-right", "bottom-left", "bottom-right", "center"]

WHITE: Colour = (255, 255, 255)

DEFAULT_QUALITY = 95
"""Of a jpeg or webp result. At 95 the eye finds no difference; enlarged edges suffer first."""

_HEX = re.compile(r"#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
_TRIPLE = re.compile(r" *([0-9]{1,3}) *, *([0-9]{1,3}) *, *([0-9]{1,3}) *")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """A text or a picture laid over the result. `transparency` is the mark's alpha: 0.7 shows
    70 % of it. `font`: a family's name, None = the built-in one. `font_size`: px, None = by the
    picture's width. `margin`: px to the picture's edge. `scale`: the width of a picture mark,
    as a share of the result's. The picture itself is the request's picture `watermark`."""

    type: Literal["text", "image"] = "text"
    text: str = ""
    font: str | None = None
    color: Colour = WHITE
    font_size: int | None = None
    position: Position = "bottom-right"
    transparency: float = 0.7
    margin: int = 20
    scale: float = 0.15


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How the result is written. `quality` None = `DEFAULT_QUALITY`. `background`: what jpeg,
    which has no transparency, is laid on. `upscale`: sides after over sides before."""

    format: Format = "png"
    quality: int | None = None
    thumbnail: bool = True
    upscale: Literal[1, 2, 4] = 1
    watermark: Watermark | None = None
    background: Colour = WHITE


def read_colour(text: str) -> Colour:
    """`#RRGGBB` or `r,g,b`. Raises `ValueError`."""
    if found := _HEX.fullmatch(text):
        red, green, blue = (int(part, 16) for part in found.groups())
    elif found := _TRIPLE.fullmatch(text):
        red, green, blue = (int(part) for part in found.groups())
    else:
        raise ValueError("a colour is written #RRGGBB or r,g,b")
    if max(red, green, blue) > 255:
        raise ValueError("a colour's parts go from 0 to 255")
    return red, green, blue
