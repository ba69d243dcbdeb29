"""What libraries log through `logging` (the server, the event loop, queue clients), in the same
shape as our own lines."""

import logging
import sys
import threading
from types import TracebackType
from typing import TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from adapters.telemetry.structured_log import renderers, shared_processors

NOISY = {"pika": logging.CRITICAL, "httpx2": logging.WARNING}
"""pika logs a traceback for each try at a broker that is away, which its adapter says in a line;
httpx2 logs every address it fetches, and a user's address may hold a secret."""

OURS = ("adapters", "darkroom", "domain", "entrypoints")
"""The loggers that LOG_LEVEL=debug makes talkative. Those of libraries stay at info: at debug they
tell whole requests, users' addresses and signatures in them."""


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
    root.setLevel("INFO" if level == "debug" else level.upper())
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


def log_what_python_prints() -> None:
    """Warnings, and what ends the process or a thread: else they stand between the lines of the
    log, over several lines of their own."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _told
    threading.excepthook = lambda args: _told(args.exc_type, args.exc_value, args.exc_traceback)


def _told(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        logging.getLogger("darkroom").critical("uncaught", exc_info=(kind, error, trace))
