"""How large a batch may be, by the kind of the device."""

from dataclasses import replace

from domain.model.batching import BatchLimits

CPU_BATCH_S = 0.020
CPU_BATCH_ITEMS = 16
"""Measured: on a CPU batches pay only while an item takes a few milliseconds."""


def limits_on(device: str, limits: BatchLimits) -> BatchLimits:
    """On a CPU a batch is also bounded by the time its items take."""
    if device != "cpu":
        return limits
    most = min(limits.max_items, CPU_BATCH_ITEMS)
    return replace(limits, max_items=most, batch_s=CPU_BATCH_S)
