"""What a process says of itself, of no request and no task: in the shape of all other lines."""

import logging
from contextlib import suppress

log = logging.getLogger("darkroom")
"""Before `adopt_library_logs` was called, plain text on stderr: Python's own last resort."""


def last_words(text: str) -> None:
    """The line before the process ends without ceremony; nobody may be left to read it."""
    with suppress(OSError, ValueError):
        log.critical("%s", text.strip())
