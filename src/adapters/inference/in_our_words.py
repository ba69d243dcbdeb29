"""What a runner raises, in the words of the catalogue where it concerns the device."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from domain.model.device_fault import fault_of
from domain.model.errors import DeviceFault


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


def let_go(error: BaseException) -> None:
    """Drop what the frames of a failed call hold: tensors, mostly."""
    each: BaseException | None = error
    while each is not None:
        traceback.clear_frames(each.__traceback__)
        each = each.__cause__


def told(fault: DeviceFault) -> str:
    """For operators: what torch said is in the cause."""
    return fault.detail if fault.__cause__ is None else f"{fault.detail} ({fault.__cause__})"
