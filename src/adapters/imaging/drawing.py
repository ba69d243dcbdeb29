"""Letters as a picture, in a font that has them all."""

import unicodedata
from collections.abc import Iterable
from math import ceil, floor

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from adapters.imaging.channels import Bytes
from adapters.imaging.fonts import Face, Fonts
from domain.model.picture import Picture
from domain.model.placing import Lettering, Size
from ports.imaging import Drawn

LEFT_OUT = "The watermark was left out:"
MAX_NAMED = 5
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")


def draw(fonts: Fonts, lettering: Lettering, room: Size) -> Drawn:
    """See the port. Never larger than `room`, so that no text can ask for gigabytes."""
    face, warnings = choose(fonts, lettering.font, lettering.text)
    if face is None:
        return Drawn(None, warnings)
    try:
        ink = _ink(face, lettering, room)
    except (OSError, ValueError) as error:  # FreeType's and the shaper's own
        ink = f"{face.family} can't write it: {error}."
    if isinstance(ink, str):
        return Drawn(None, (*warnings, f"{LEFT_OUT} {ink}"))
    pixels = np.full((*ink.shape, 3), lettering.colour, np.uint8)
    return Drawn(Picture(pixels, ink, gray=len(set(lettering.colour)) == 1), warnings)


def choose(fonts: Fonts, name: str | None, text: str) -> tuple[Face | None, tuple[str, ...]]:
    """The font to write `text` in, and what there is to say about it."""
    named = fonts.named(name) if name else None
    if named is not None and named.has_all(text):
        return named, ()
    instead = fonts.with_all(text)
    if instead is None:
        return None, (_no_font(fonts, text),)
    if name is None:
        return instead, ()
    if named is None:
        known = ", ".join(fonts.families[:MAX_NAMED])
        more = ", …" if len(fonts.families) > MAX_NAMED else ""
        why = f"No font is named {name!r} here (there are {known}{more})"
    else:
        why = f"{named.family} has no {_some(named.lacks(text))}"
    return instead, (f"{why}; the watermark is written in {instead.family}.",)


def _ink(face: Face, lettering: Lettering, room: Size) -> Bytes | str:
    """As large as asked, or smaller until it fits; or the sentence that says why not."""
    size_px = lettering.size_px
    while True:
        font = face.sized(size_px)
        box = font.getbbox(lettering.text)
        width, height = ceil(box[2]) - floor(box[0]), ceil(box[3]) - floor(box[1])
        if width <= room[0] and height <= room[1]:
            return _cropped_ink(
                lettering.text, font, (floor(box[0]), floor(box[1])), (width, height)
            )
        if size_px <= lettering.least_px:
            return (
                f"{width}×{height} px do not fit into the {room[0]}×{room[1]} px inside the "
                "margins. Take a shorter text, a smaller font_size or a smaller margin."
            )
        share = min(room[0] / width, room[1] / height)
        size_px = max(lettering.least_px, min(size_px - 1, int(size_px * share)))


def _cropped_ink(
    text: str, font: ImageFont.FreeTypeFont, corner: tuple[int, int], size: Size
) -> Bytes | str:
    """Alpha, shape (height, width), without the blank that letters have about them."""
    ink = Image.new("L", size)
    ImageDraw.Draw(ink).text((-corner[0], -corner[1]), text, fill=255, font=font)
    box = ink.getbbox()
    return np.array(ink.crop(box)) if box else "its text shows nothing."


def _no_font(fonts: Fonts, text: str) -> str:
    unknown = fonts.unknown(text)
    lacking = f"no font here can write {_some(unknown)}" if unknown else "no one font has all of it"
    asian = any(unicodedata.name(char, "").startswith(_EAST_ASIAN) for char in unknown)
    advice = "a CJK font, for example fonts-noto-cjk" if asian else "a font that can"
    return f"{LEFT_OUT} {lacking}. Install {advice}, or put one into DATA_DIR/fonts."


def _some(chars: Iterable[str]) -> str:
    """The first few characters, for a sentence."""
    found = list(chars)
    return "".join(found[:MAX_NAMED]) + ("…" if len(found) > MAX_NAMED else "")
