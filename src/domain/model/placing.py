"""Sizes and places of what is drawn on or made of a result. Sizes are (width, height) in px."""

from dataclasses import dataclass

from domain.model.output import Colour, Position, Watermark

Size = tuple[int, int]

THUMBNAIL_SIDE_PX = 256
LEAST_FONT_PX = 12
"""Smaller letters can't be read."""
FONTS_ACROSS = 20
"""Letters as high as a twentieth of the picture's width can be read and don't hide it."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text to draw `size_px` high, or as much smaller as it takes to fit, down to `least_px`."""

    text: str
    font: str | None
    colour: Colour
    size_px: int
    least_px: int


def thumbnail_size(size: Size) -> Size:
    """The longer side at most 256; never larger than `size`."""
    return fitted(size, (THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX))


def fitted(size: Size, room: Size) -> Size:
    """`size`, scaled down as far as it takes to fit into `room`, its sides in proportion."""
    share = min(1.0, room[0] / size[0], room[1] / size[1])
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def room_for_mark(picture: Size, margin_px: int) -> Size | None:
    """What the margins leave of a picture, or None when that is nothing."""
    width, height = (side - 2 * margin_px for side in picture)
    return (width, height) if min(width, height) > 0 else None


def lettering(mark: Watermark, picture_width: int) -> Lettering:
    """A text mark's letters. A size that was asked for is kept; our own may shrink to fit."""
    size_px = mark.font_size or max(LEAST_FONT_PX, picture_width // FONTS_ACROSS)
    least_px = mark.font_size or LEAST_FONT_PX
    return Lettering(mark.text, mark.font, mark.color, size_px, least_px)


def logo_size(logo: Size, picture_width: int, scale: float, room: Size) -> Size:
    """`scale` times as wide as the picture, or as much smaller as it takes to fit into `room`."""
    width = max(1, round(picture_width * scale))
    return fitted((width, max(1, round(width * logo[1] / logo[0]))), room)


def place(picture: Size, mark: Size, position: Position, margin_px: int) -> tuple[int, int]:
    """Left and top of a mark that is no larger than `room_for_mark`."""
    right, bottom = (outer - margin_px - inner for outer, inner in zip(picture, mark, strict=True))
    if position == "center":
        return (picture[0] - mark[0]) // 2, (picture[1] - mark[1]) // 2
    return (
        right if position.endswith("right") else margin_px,
        bottom if position.startswith("bottom") else margin_px,
    )
