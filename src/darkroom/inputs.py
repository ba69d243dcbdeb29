"""Turning what a caller holds into the `input` block of a submit."""

import base64
from pathlib import Path

Image = str | bytes | Path
"""A picture: a path, the file's bytes, or an http(s) or `data:` address."""


def picture_field(role: str, image: Image) -> dict[str, str]:
    """`{role}_url` or `{role}_base64`. A string without a scheme is a path. Raises `OSError`."""
    if isinstance(image, str) and image.startswith(("http://", "https://")):
        return {f"{role}_url": image}
    if isinstance(image, str) and image.startswith("data:"):
        return {f"{role}_base64": image}
    data = image if isinstance(image, bytes) else Path(image).read_bytes()
    return {f"{role}_base64": base64.b64encode(data).decode()}
