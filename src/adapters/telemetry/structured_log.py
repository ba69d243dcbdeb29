"""Facts as lines of a log: one JSON object a line, or the same for human eyes."""

import sys
from collections.abc import Callable, Collection, Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from adapters.telemetry.json_lines import JsonLines
from adapters.telemetry.log_lines import line_of
from adapters.telemetry.log_text import clipped, printable
from domain.model.device import DeviceFacts, DeviceUse
from domain.model.events import Event
from domain.model.stock import Stock
from ports.telemetry import Telemetry

HEAD = ("timestamp", "level", "event")


Write = Callable[[str, str, Mapping[str, Any]], None]
"""Writes a line: its level, its event, its other fields."""


class LogTelemetry(Telemetry):
    """Writes a line a fact. How deep the queue is, and how warm the GPU, is no news: not logged."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def record(self, event: Event) -> None:
        self._write(*line_of(event))

    def sample_stock(self, stock: Stock) -> None:
        return

    def sample_device(
        self, gpu: DeviceFacts | None, loaded: Collection[str], use: DeviceUse
    ) -> None:
        return


def configure_logging(level: str, format: str, stream: TextIO | None = None) -> Write:
    """A log of its own, no global state. `level`: debug, info, warning or error; `format`:
    json or console; `stream`: stderr unless given, for stdout belongs to data."""
    out = stream or sys.stderr
    return JsonLines(level, out) if format == "json" else _for_people(level, out)


def _for_people(level: str, out: TextIO) -> Write:
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(out),
        processors=[*shared_processors(), *renderers("console", out)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return lambda severity, name, fields: getattr(logger, severity)(name, **fields)


def shared_processors() -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def renderers(format: str, stream: TextIO) -> list[Processor]:
    """From a line's fields to its text. JSON escapes whatever is not printable ASCII by itself."""
    if format == "json":
        return [_tidy, structlog.processors.JSONRenderer()]
    return [_tidy, _for_terminals, structlog.dev.ConsoleRenderer(colors=stream.isatty())]


def _tidy(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Time, level and event first; nothing that is None; no text without end."""
    ordered = {key: line[key] for key in (*HEAD, *line)}
    return {
        key: clipped(value) if isinstance(value, str) else value
        for key, value in ordered.items()
        if value is not None
    }


def _for_terminals(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A traceback goes below its line: the renderer does that with what is named `exception`."""
    safe = {key: printable(v) if isinstance(v, str) else v for key, v in line.items()}
    if "\n" in safe.get("text", ""):
        safe["exception"] = "    " + safe.pop("text")
    return safe
