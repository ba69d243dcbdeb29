"""A picture to a file's bytes."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from adapters.imaging.profiles import fitting
from domain.model.errors import ImageTooLarge, InternalError, InvalidRequest, Overloaded
from domain.model.output import DEFAULT_QUALITY, WHITE, Colour
from domain.model.picture import Encoded, Format, Picture

_EXTENSION: dict[Format, str] = {"png": "png", "jpeg": "jpg", "webp": "webp"}

_MAX_SIDE_PX: dict[Format, int] = {"png": 2**31 - 1, "jpeg": 65_500, "webp": 16_383}
"""RFC 2083 §4.1.1; libjpeg's JPEG_MAX_DIMENSION; the WebP container's 14 bits."""


def write(
    picture: Picture, format: Format, quality: int | None, background: Colour = WHITE
) -> Encoded:
    """The picture as a file, without any metadata but its colour profile."""
    _judge(picture, format, quality)
    try:
        data = _encode(picture, format, quality, background)
    except MemoryError as error:
        raise Overloaded("This server has too little memory free for the picture.") from error
    except Exception as error:
        raise InternalError(f"The result could not be written as {format}.") from error
    return Encoded(
        data, f"image/{format}", _EXTENSION[format], width=picture.width, height=picture.height
    )


def _judge(picture: Picture, format: Format, quality: int | None) -> None:
    if quality is not None and not 1 <= quality <= 100:
        raise InvalidRequest(f"quality is {quality}; it goes from 1 to 100.")
    if max(picture.width, picture.height) > _MAX_SIDE_PX[format]:
        raise ImageTooLarge(
            f"The result is {picture.width}×{picture.height} px; a {format} file holds at most "
            f"{_MAX_SIDE_PX[format]} px a side.",
            remedy="Ask for png, or for a smaller result.",
        )


def _encode(picture: Picture, format: Format, quality: int | None, background: Colour) -> bytes:
    image = image_of(picture)
    if format == "jpeg" and picture.alpha is not None:
        image = _on(background, image)
    profile = fitting(picture.icc_profile, gray=image.mode in ("L", "LA") and format != "webp")
    file = BytesIO()
    image.save(file, format.upper(), icc_profile=profile, **_options(format, quality))
    return file.getvalue()


def _options(format: Format, quality: int | None) -> dict[str, Any]:
    """Measured: png 1 is 3.4 times faster than 6 at the same size, webp 2 than 4 by 2.5 times."""
    if format == "png":
        return {"compress_level": 1}
    if format == "webp":
        return {"quality": quality or DEFAULT_QUALITY, "method": 2}
    return {"quality": quality or DEFAULT_QUALITY, "subsampling": "4:4:4"}


def image_of(picture: Picture) -> Image.Image:
    """Mode L or RGB, with A where the picture has alpha."""
    colour = picture.pixels[:, :, 0] if picture.gray else picture.pixels
    image = Image.fromarray(np.ascontiguousarray(colour, dtype=np.uint8))
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(np.ascontiguousarray(picture.alpha, dtype=np.uint8)))
    return image


def _on(background: Colour, image: Image.Image) -> Image.Image:
    """The image on a coloured ground: gray only on gray."""
    stays_gray = image.mode == "LA" and len(set(background)) == 1
    paper = Image.new(
        "L" if stays_gray else "RGB", image.size, background[: 1 if stays_gray else 3]
    )
    paper.paste(image.convert(paper.mode), mask=image.getchannel("A"))
    return paper
