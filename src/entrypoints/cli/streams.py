"""Where words go: data to stdout, everything for a person to stderr."""

import json
from collections.abc import Sequence

import typer
from rich.console import Console


def person() -> Console:
    """stderr. Without colour for NO_COLOR and where nobody looks."""
    return Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """A line for the person; never wrapped, so that addresses stay whole."""
    person().print(text, markup=False, soft_wrap=True)


def put(text: str) -> None:
    """A line of data."""
    typer.echo(text)


def put_json(document: object) -> None:
    put(json.dumps(document, indent=2, ensure_ascii=False))


def put_json_line(document: object) -> None:
    put(json.dumps(document, ensure_ascii=False))


def put_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows in aligned columns, whole whatever the width: they may go through a pipe."""
    table = [head, *rows]
    widths = [max(len(row[at]) for row in table) for at in range(len(head))]
    for row in table:
        put("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
