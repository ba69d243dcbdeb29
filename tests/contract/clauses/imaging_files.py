"""Small picture files for the imaging clauses, written byte by byte where a library would tidy."""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

SRGB_PROFILE: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int, height: int, depth: int, colour: int, rows: list[bytes], extra: bytes = b""
) -> bytes:
    """A PNG of raw sample rows. `colour`: 0 gray, 2 RGB, 3 palette, 4 gray+alpha, 6 RGBA."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def photo(width: int = 24, height: int = 16) -> Image.Image:
    """Smooth colours, no two corners alike."""
    y, x = np.mgrid[0:height, 0:width]
    planes = (x * 255 // width, y * 255 // height, 255 - x * 255 // width)
    return Image.fromarray(np.dstack(planes).astype(np.uint8))


def oriented(format: str, orientation: int) -> bytes:
    """A lossless or finest file of `photo()` whose tag asks for `orientation`."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    fine: dict[str, object] = {"JPEG": {"quality": 100, "subsampling": 0}}.get(format, {})
    return saved(photo(), format, exif=exif, **fine)


def png_bomb(side: int = 40_000) -> bytes:
    """A header of side² pixels before junk: who answers anything but "too large" read on."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"junk") + chunk(b"IEND", b"")


def webp_bomb(side: int = 1 << 24) -> bytes:
    extended = bytes(4) + (side - 1).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", len(extended)) + extended
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_bomb(side: int = 65_500) -> bytes:
    """A real small JPEG whose frame header claims side² pixels."""
    data = saved(photo(), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", side, side) + data[at + 4 :]


def animation(format: str) -> bytes:
    frames = [photo(), photo().transpose(Image.Transpose.ROTATE_180)]
    return saved(frames[0], format, save_all=True, append_images=frames[1:], duration=50)


NOT_PICTURES: dict[str, bytes] = {
    "nothing": b"",
    "text": b"not a picture at all, but long enough to be one",
    "html": b"<!doctype html><img src=x>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "pdf": b"%PDF-1.7\n1 0 obj <<>> endobj\n",
    "psd": b"8BPS\0\1" + bytes(40),
    "ico": b"\0\0\1\0\1\0" + bytes(40),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
    "fits": b"SIMPLE  =                    T" + bytes(60),
    "riff, not webp": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "webp without riff": b"JUNK\x24\0\0\0WEBPVP8 " + bytes(40),
    "gif": saved(photo(), "GIF"),
    "tiff": saved(photo(), "TIFF"),
    "bmp": saved(photo(), "BMP"),
}
