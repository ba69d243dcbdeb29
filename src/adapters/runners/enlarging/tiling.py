"""How a picture is cut so that memory depends on the tile and not on the picture.

Each tile reads `overlap` more pixels on every side than it writes. With an overlap as wide as
the network can see, what is written equals a run on the whole picture; nothing is blended.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SHORTAGE_S = 60.0
"""How long tiles stay small after one did not fit into the device's memory."""


@dataclass(frozen=True, slots=True)
class Span:
    """Pixels `start` to `stop` (exclusive) along one side of a picture of `limit` pixels."""

    start: int
    stop: int
    limit: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    def widened(self, overlap_px: int) -> "Span":
        """This span and up to `overlap_px` more on both ends, within the picture."""
        start, stop = max(0, self.start - overlap_px), min(self.limit, self.stop + overlap_px)
        return Span(start, stop, self.limit)

    def cut(self, length_px: int) -> Iterator["Span"]:
        """Pieces of at most `length_px`, in order."""
        for start in range(self.start, self.stop, length_px):
            yield Span(start, min(start + length_px, self.stop), self.limit)


@dataclass(frozen=True, slots=True)
class Tile:
    """The rows and columns of the input whose enlargement one forward pass writes."""

    rows: Span
    columns: Span

    @property
    def area_px(self) -> int:
        return self.rows.length * self.columns.length

    @property
    def side_px(self) -> int:
        return max(self.rows.length, self.columns.length)

    def widened(self, overlap_px: int) -> "Tile":
        """What has to be read for this tile to be right."""
        return Tile(self.rows.widened(overlap_px), self.columns.widened(overlap_px))

    def cut(self, side_px: int) -> Iterator["Tile"]:
        """Smaller tiles that cover this one, row by row."""
        for rows in self.rows.cut(side_px):
            for columns in self.columns.cut(side_px):
                yield Tile(rows, columns)


def whole(height: int, width: int) -> Tile:
    """The tile that is a picture of `height` times `width` pixels."""
    return Tile(Span(0, height, height), Span(0, width, width))


class TileSide:
    """How long the sides of tiles are just now: `full_px`, or less for a while after that did not
    fit, so that not every picture runs into the same shortage. `clock` answers in seconds."""

    def __init__(self, full_px: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._full_px, self._clock = full_px, clock
        self._short_px, self._short_until_s = full_px, clock()

    @property
    def px(self) -> int:
        return self._short_px if self._clock() < self._short_until_s else self._full_px

    def shorten(self, side_px: int) -> None:
        """Something longer than `side_px` did not fit."""
        self._short_px, self._short_until_s = side_px, self._clock() + SHORTAGE_S
