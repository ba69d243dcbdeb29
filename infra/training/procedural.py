"""Pictures drawn by program: clean edges, fine lines and type, which photographs lack."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont

from infra.training.pictures import Pixels

SIDE_PX = 480
SUPERSAMPLING = 4
WORDS = (
    "Darkroom enlarges small pictures. 0123456789 The quick brown fox jumps over the lazy dog; "
    "sphinx of black quartz, judge my vow! (x + y) / 2 = 50 % @ & # EXIT Open 24h"
)


def drawings(count: int, rng: Generator) -> Iterator[Pixels]:
    """`count` pictures, the four kinds in turn."""
    kinds = (_shapes, _grating, _checkers, _type)
    for index in range(count):
        large = kinds[index % len(kinds)](rng)
        yield np.asarray(large.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX))


def _canvas(rng: Generator) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    side = SIDE_PX * SUPERSAMPLING
    canvas = Image.new("RGB", (side, side), _colour(rng))
    return canvas, ImageDraw.Draw(canvas)


def _colour(rng: Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(0, 256, 3)
    return int(red), int(green), int(blue)


def _shapes(rng: Generator) -> Image.Image:
    canvas, draw = _canvas(rng)
    for _ in range(60):
        points = rng.integers(0, canvas.width, (int(rng.integers(3, 6)), 2))
        corners = [(float(x), float(y)) for x, y in points]
        if rng.random() < 0.4:
            x, y = corners[0]
            radius = float(rng.uniform(20, 300))
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_colour(rng))
        elif rng.random() < 0.5:
            draw.line(corners, fill=_colour(rng), width=int(rng.integers(4, 40)))
        else:
            near = [(corners[0][0] + x / 5, corners[0][1] + y / 5) for x, y in corners]
            draw.polygon(near, fill=_colour(rng))
    return canvas


def _grating(rng: Generator) -> Image.Image:
    """Stripes whose pitch grows from 2 to about 20 px across the picture."""
    side = SIDE_PX * SUPERSAMPLING
    y, x = np.mgrid[0:side, 0:side] / side
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5) + 0.75
    lit = np.sin(rng.uniform(60, 110) * 2 * np.pi * along**2) > rng.uniform(-0.6, 0.6)
    two = np.array([_colour(rng), _colour(rng)], np.uint8)
    return Image.fromarray(np.where(lit[..., None], two[0], two[1]).astype(np.uint8))


def _checkers(rng: Generator) -> Image.Image:
    cell = int(rng.integers(5, 24)) * SUPERSAMPLING
    y, x = np.mgrid[0 : SIDE_PX * SUPERSAMPLING, 0 : SIDE_PX * SUPERSAMPLING]
    odd = ((x // cell + y // cell) % 2)[..., None]
    two = np.array([_colour(rng), _colour(rng)], np.uint8)
    board = Image.fromarray(np.where(odd == 1, two[0], two[1]).astype(np.uint8))
    return board.rotate(float(rng.uniform(0, 90)), Image.Resampling.BILINEAR)


def _type(rng: Generator) -> Image.Image:
    canvas, draw = _canvas(rng)
    ink, y = _colour(rng), 0
    while y < canvas.height:
        size = int(rng.integers(9, 40)) * SUPERSAMPLING
        start = int(rng.integers(0, len(WORDS) // 2))
        draw.text((0, y), WORDS[start:], fill=ink, font=ImageFont.load_default(size))
        y += round(size * 1.3)
    return canvas
