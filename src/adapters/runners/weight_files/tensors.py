"""The tensors of a file of weights, on the CPU."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from adapters.runners.weight_files.pickled import NotTensors, unwrapped
from adapters.runners.weight_files.shapes import PICKLES, damaged, read_shapes


def read_tensors(path: Path) -> tuple[Mapping[str, Tensor], str]:
    """The tensors by their names, as they lie in the file, and its SHA-256 in hex.

    Raises `ModelUnavailable`, as `read_shapes` does, whose refusals come first; torch itself
    then reads tensors only, and runs nothing that a pickle names.
    """
    names = read_shapes(path)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found = _loaded(path)
        return {name: found[name] for name in names}, digest
    except (OSError, EOFError, SafetensorError, UnpicklingError, NotTensors, RuntimeError) as error:
        raise damaged(path) from error


def _loaded(path: Path) -> Mapping[str, Tensor]:
    if path.suffix.lower() in PICKLES:
        return unwrapped(torch.load(path, map_location="cpu", weights_only=True))
    return load_file(path)
