"""What a runner raises, in the words of the catalogue where it concerns the device."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.model.device_fault import fault_of


@contextmanager
def in_our_words() -> Iterator[None]:
    """Runners of other packages let pass what their library raised."""
    try:
        yield
    except Exception as error:
        fault = fault_of(error)
        if fault is None or fault is error:
            raise
        raise fault from error
