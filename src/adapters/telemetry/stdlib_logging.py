"""What libraries log through `logging` (the server, the event loop, queue clients), in the same
shape as our own lines."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from adapters.telemetry.structured_log import renderers, shared_processors

NOISY = {"pika": logging.CRITICAL, "httpx2": logging.WARNING}
"""pika logs a traceback for each try at a broker that is away, which its adapter says in a line;
httpx2 logs every address it fetches, and a user's address may hold a secret."""


class _Adopted(logging.StreamHandler[TextIO]):
    """Ours, so that a second call replaces it and leaves other people's handlers alone."""


def adopt_stdlib_logging(level: str, format: str, stream: TextIO | None = None) -> None:
    """Once a process, at its start. Arguments as in `configure_logging`."""
    out = stream or sys.stderr
    handler = _Adopted(out)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared_processors()],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                *renderers(format, out),
            ],
        )
    )
    for name, least in NOISY.items():
        logging.getLogger(name).setLevel(least)
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Adopted)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
