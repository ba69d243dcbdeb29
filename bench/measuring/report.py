"""What a bench prints: a table for people, then one line of JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from statistics import median

Row = Sequence[str]


def show(title: str, head: Row, rows: Sequence[Row]) -> None:
    """Columns as wide as they have to be; the first to the left, the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    say(f"\n{title}")
    for line in (head, ["-" * width for width in widths], *rows):
        first, *others = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        say("  ".join([first, *others]))


def numbers(values: Sequence[float]) -> tuple[str, str, str]:
    """Median, lowest, highest."""
    return f"{median(values):.2f}", f"{min(values):.2f}", f"{max(values):.2f}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def finish(result: Mapping[str, float | Mapping[str, float]]) -> None:
    """The last line."""
    say("")
    say(json.dumps({name: _rounded(value) for name, value in result.items()}))


def _rounded(value: float | Mapping[str, float]) -> float | dict[str, float]:
    if isinstance(value, Mapping):
        return {name: round(each, 3) for name, each in value.items()}
    return round(value, 3)
