"""The machine's own clock and ids, for the callables of `ports.clock`."""

import time

import uuid_utils

from ports.clock import Now

system_now: Now = time.time


def uuid7() -> str:
    """A UUIDv7 (RFC 9562). Within a process each is greater than the one before, also within
    one millisecond and across threads: ids sort by creation."""
    return str(uuid_utils.uuid7())
