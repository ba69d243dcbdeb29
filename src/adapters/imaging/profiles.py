"""Which colour profile may travel with which pixels."""

_MAX_BYTES = 1 << 20
"""Readers of PNG stop at 1 MiB (Pillow's among them), so a larger one could not come back."""


def fitting(profile: bytes | None, *, gray: bool) -> bytes | None:
    """`profile` if it is an ICC profile (ICC.1:2022 §7.2) of that colour space, else None."""
    if profile is None or not 128 <= len(profile) <= _MAX_BYTES:
        return None
    space = b"GRAY" if gray else b"RGB "
    return profile if profile[36:40] == b"acsp" and profile[16:20] == space else None
