"""A file's bytes to a picture: judged by its header first, then decoded."""

import warnings
from io import BytesIO

from PIL import Image, ImageFile, WebPImagePlugin

from adapters.imaging.channels import split
from adapters.imaging.profiles import fitting
from domain.model.errors import (
    DarkroomError,
    ImageCorrupt,
    ImageTooLarge,
    Overloaded,
    UnsupportedImageFormat,
)
from domain.model.picture import ImageLimits, Picture, sniff

# `ImageLimits` is judged before any pixel is decoded. Pillow's own limit knows no sides, at first
# only warns, and would cap what an operator may allow.
Image.MAX_IMAGE_PIXELS = None

# A client's broken EXIF is no news for the operator. `catch_warnings` is not safe in threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

# Registered here, once: a first `Image.open` in two threads at a time would race for it.
Image.preinit()
FORMATS = ("JPEG", "PNG", WebPImagePlugin.WebPImageFile.format)

MAX_SCANS = 200
"""A camera's progressive JPEG has about 10; each one may walk over every block again."""

_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation (EXIF 2.32 §4.6.4)."""


def read(data: bytes, limits: ImageLimits) -> Picture:
    """The picture in `data`. Whatever the decoder trips over becomes `ImageCorrupt`."""
    if sniff(data[:12]) is None:
        raise UnsupportedImageFormat
    try:
        _judge_webp_canvas(data, limits)
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            _judge(image, data, limits)
            return _decode(image)
    except DarkroomError:
        raise
    except MemoryError as error:
        raise Overloaded("This server has too little memory free for the picture.") from error
    except Exception as error:  # plugins raise SyntaxError, struct.error, EOFError and more
        raise ImageCorrupt from error


def _decode(image: ImageFile.ImageFile) -> Picture:
    stored_as = _raw_mode(image)
    image.load()
    turn = _UPRIGHT.get(_orientation(image))
    upright = image.transpose(turn) if turn is not None else image
    channels = split(upright, stored_as)
    profile = fitting(image.info.get("icc_profile"), gray=channels.gray)
    return Picture(channels.pixels, channels.alpha, channels.gray, profile)


def _judge(image: ImageFile.ImageFile, data: bytes, limits: ImageLimits) -> None:
    _judge_size(*image.size, limits)
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # a phone's extra JPEGs are no animation: first one
        raise UnsupportedImageFormat(
            f"The picture is animated ({frames} frames); one frame is allowed.",
            remedy="Send a single frame.",
        )
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_SCANS:
        raise ImageTooLarge(
            f"The JPEG has more than {MAX_SCANS} scans.", remedy="Save it as a baseline JPEG."
        )


def _judge_size(width: int, height: int, limits: ImageLimits) -> None:
    if width < 1 or height < 1:
        raise ImageCorrupt("The picture has no pixels.")
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise ImageTooLarge(
            f"The picture is {width}×{height} px; at most {limits.max_side_px} px a side and "
            f"{limits.max_pixels} px in all are allowed."
        )


def _judge_webp_canvas(data: bytes, limits: ImageLimits) -> None:
    """Pillow allots an extended WebP's canvas, up to 2^24 px a side, while it opens the file."""
    if data[8:16] == b"WEBPVP8X" and len(data) >= 30:
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        _judge_size(width, height, limits)


def _raw_mode(image: ImageFile.ImageFile) -> str:
    args = image.tile[0].args if image.tile else ""
    return args if isinstance(args, str) else ""


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # cameras write broken EXIF; the picture itself is sound
        return 1
    return value if isinstance(value, int) else 1
