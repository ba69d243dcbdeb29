"""`--set key=value` as the params of a submit."""

import json
from collections.abc import Sequence
from typing import Any

from entrypoints.cli.faults import ExitStatus, Fault


def read_params(pairs: Sequence[str]) -> dict[str, Any]:
    """A value that is JSON is read as JSON (`scale=2`, `on=true`); everything else is text."""
    return dict(map(_read_pair, pairs))


def _read_pair(pair: str) -> tuple[str, Any]:
    key, equals, text = pair.partition("=")
    if not key or not equals:
        raise Fault(
            ExitStatus.USAGE, f"Can't read --set {pair!r}.", why="it has to look like key=value",
            fix="write e.g. --set strength=0.5", more="darkroom models",
        )  # fmt: skip
    try:
        return key, json.loads(text)
    except ValueError:
        return key, text
