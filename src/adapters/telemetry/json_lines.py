"""A fact as one line of JSON, without a logging library: there is one a request, and through the
library it cost as much as the limiter."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

from adapters.telemetry.log_text import clipped

SEVERITIES = {level: place for place, level in enumerate(("debug", "info", "warning", "error"))}

_spelt = json.JSONEncoder(separators=(",", ":"), default=repr).encode


class JsonLines:
    """Writes to `stream` what is at least as severe as `level`. JSON escapes whatever is not
    printable ASCII by itself."""

    def __init__(self, level: str, stream: TextIO) -> None:
        self._least, self._stream = SEVERITIES[level], stream

    def __call__(self, level: str, name: str, fields: Mapping[str, Any]) -> None:
        """Time, level and event first; nothing that is None; no text without end."""
        if SEVERITIES[level] < self._least:
            return
        line = {"timestamp": datetime.now(UTC).isoformat()[:-6] + "Z", "level": level,
                "event": name}  # fmt: skip
        for key, value in fields.items():
            if value is not None:
                line[key] = clipped(value) if isinstance(value, str) else value
        self._stream.write(_ascii(line) + "\n")
        self._stream.flush()


def _ascii(line: Mapping[str, Any]) -> str:
    """The fast library knows no escapes for letters outside ASCII, nor text that is no text."""
    try:
        fast = orjson.dumps(line)
    except TypeError:
        return _spelt(line)
    return fast.decode("ascii") if fast.isascii() else _spelt(line)
