"""Needs so small that a callable says it all."""

from collections.abc import Callable

Now = Callable[[], float]
"""Unix seconds of the ledger's clock: leases, time limits, retention."""

Elapsed = Callable[[], float]
"""Seconds of a monotonic clock: durations only."""

NewId = Callable[[], str]
"""A fresh, time-ordered id: UUIDv7 (RFC 9562)."""

Draw = Callable[[], float]
"""Uniform in [0, 1)."""
