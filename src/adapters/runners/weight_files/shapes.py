"""Which tensors a file of weights holds, told without torch: the gateway asks too."""

import json
from collections.abc import Mapping
from pathlib import Path

from domain.model.errors import ModelUnavailable

Shape = tuple[int, ...]

MAX_HEAD_BYTES = 100 * 10**6
"""What the format allows."""
PICKLES = frozenset({".pth", ".pt"})


def read_shapes(path: Path) -> Mapping[str, Shape]:
    """The shape of each tensor by its name, of a `.safetensors` or a torch `.pth` file.

    Raises `ModelUnavailable` where the file is missing, cut short, of another kind, or a pickle
    that would run code; the text names the file alone, never its folder.
    """
    kind = path.suffix.lower()
    if kind != ".safetensors" and kind not in PICKLES:
        raise ModelUnavailable(f"{path.name} is no weights file: give a .safetensors or a .pth.")
    if not path.is_file():
        raise ModelUnavailable(f"There is no weights file {path.name} in MODELS_DIR.")
    try:
        return _of_safetensors(path) if kind == ".safetensors" else _of_pickle(path)
    except OSError as error:
        raise ModelUnavailable(f"{path.name} can't be read: {error.strerror}.") from error


def _of_safetensors(path: Path) -> Mapping[str, Shape]:
    """Eight bytes say how long the JSON behind them is; the data follows without a gap. Read by
    hand: the library's own reader would bring numpy into the gateway."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        head = file.read(length) if length <= MAX_HEAD_BYTES else b""
        rest_bytes = path.stat().st_size - file.tell()
    try:
        tensors = json.loads(head)
        tensors.pop("__metadata__", None)
        ends = [each["data_offsets"][1] for each in tensors.values()]
        shapes = {name: tuple(each["shape"]) for name, each in tensors.items()}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise damaged(path) from error
    if max(ends, default=0) != rest_bytes:
        raise damaged(path)
    return shapes


def _of_pickle(path: Path) -> Mapping[str, Shape]:
    from adapters.runners.weight_files.pickled import NotTensors, Refused, pickled_shapes

    try:
        return pickled_shapes(path)
    except Refused as error:
        raise ModelUnavailable(f"{path.name} is refused: loading it would run {error}.") from error
    except NotTensors as error:
        raise damaged(path) from error


def damaged(path: Path) -> ModelUnavailable:
    """The error for a file that ends early or is not what its name says."""
    return ModelUnavailable(f"{path.name} is cut short, damaged, or not what its name says.")
