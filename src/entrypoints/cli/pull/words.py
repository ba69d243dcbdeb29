"""Sizes for people."""


def readable(count: int) -> str:
    """`4.3 GB`, `12 kB`."""
    size, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit in ("B", "kB") else f"{size:.1f} {unit}"
