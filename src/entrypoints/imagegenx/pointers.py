"""Where a request of ImageGenX has the field that the inside found fault with."""

import re
from collections.abc import Sequence
from dataclasses import replace

from domain.model.errors import FieldError

OWN = {"/model": "/model_type", "/input/prompt": "/text"}

_ITEM = re.compile(r"(/texts/[0-9]+)(/.*)")


def in_own_names(errors: Sequence[FieldError]) -> list[FieldError]:
    """The same faults; one that all texts of a batch share is told once."""
    own = [replace(error, pointer=_own_pointer(error.pointer)) for error in errors]
    return list(dict.fromkeys(own))


def _own_pointer(pointer: str) -> str:
    if found := _ITEM.fullmatch(pointer):
        shared = _own_pointer(found[2])
        return found[1] if shared == "/text" else shared
    if pointer in OWN:
        return OWN[pointer]
    if pointer.startswith("/output/upscale"):
        return "/params/post_process/super_resolution"
    if pointer.startswith("/output/"):
        return "/params/post_process/" + pointer.removeprefix("/output/")
    return pointer.removeprefix("/input")
