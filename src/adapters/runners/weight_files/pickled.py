"""The tensors of a torch file, without torch and without running what the file says.

A torch file is a pickle beside raw data: a zip archive since torch 1.6, before that five pickles in
a row and the data behind them. A pickle may name any function to call; here it gets stand-ins for
the few that build tensors, and everything else is refused.
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

Shape = tuple[int, ...]

MAGIC = 0x1950A86A20F9469CFC6C
"""The first pickle of an old file."""
MAX_PICKLE_BYTES = 64 * 2**20
"""It holds names and shapes; data lies elsewhere."""
WRAPPERS = ("params_ema", "params", "state_dict")
"""Under which of them training code keeps the tensors, the better ones first."""
ITEM_BYTES = {
    "DoubleStorage": 8, "LongStorage": 8, "FloatStorage": 4, "IntStorage": 4, "HalfStorage": 2,
    "BFloat16Storage": 2, "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1,
}  # fmt: skip


class Refused(Exception):
    """The pickle names something that builds no tensor; the text is its name."""


class NotTensors(Exception):
    """The file is cut short, or holds no tensors by name."""


class _TensorPickle(pickle.Unpickler):
    """`bytes_of`: how long each storage is, by its key."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, encoding="utf-8")
        self.bytes_of: dict[str, int] = {}

    def find_class(self, module: str, name: str) -> Any:
        stand_in = _STAND_INS.get((module, name))
        if stand_in is None and not (module == "torch" and name in ITEM_BYTES):
            raise Refused(f"{module}.{name}")
        return stand_in or ITEM_BYTES[name]

    def persistent_load(self, pid: Any) -> None:
        _, item_bytes, key, _, count = pid[:5]
        self.bytes_of[key] = item_bytes * count


def pickled_shapes(path: Path) -> Mapping[str, Shape]:
    """The shape of each tensor by its name. Raises `Refused`, `NotTensors` or `OSError`."""
    try:
        found = _zipped(path) if zipfile.is_zipfile(path) else _in_a_row(path)
    except (Refused, NotTensors, OSError):
        raise
    except Exception as error:  # a broken pickle raises whatever it stumbles over
        raise NotTensors from error
    return {
        name: each.shape for name, each in unwrapped(found).items() if isinstance(each, _Tensor)
    }


def unwrapped(found: Any) -> Mapping[str, Any]:
    """The mapping of names to tensors in what a file holds."""
    for name in WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
            break
    if not isinstance(found, Mapping):
        raise NotTensors
    return found


def _zipped(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        name = next((each for each in sizes if each.endswith("/data.pkl")), None)
        if name is None or sizes[name] > MAX_PICKLE_BYTES:
            raise NotTensors
        with archive.open(name) as file:
            reader = _TensorPickle(file)
            found = reader.load()
    folder = name.removesuffix("data.pkl") + "data/"
    if any(sizes.get(folder + key, -1) < length for key, length in reader.bytes_of.items()):
        raise NotTensors
    return found


def _in_a_row(path: Path) -> Any:
    """Magic number, protocol, machine, tensors, keys; then 8 bytes and the data for each key."""
    with path.open("rb") as file:
        if _TensorPickle(file).load() != MAGIC:
            raise NotTensors
        for _ in ("protocol", "machine"):
            _TensorPickle(file).load()
        reader = _TensorPickle(file)
        found = reader.load()
        keys = _TensorPickle(file).load()
        rest = path.stat().st_size - file.tell()
    if rest < sum(8 + reader.bytes_of[key] for key in keys):
        raise NotTensors
    return found


class _Tensor:
    def __init__(self, shape: Shape) -> None:
        self.shape = shape


def _rebuilt(_storage: None, _offset: int, size: Shape, *_rest: object) -> _Tensor:
    return _Tensor(tuple(size))


def _parameter(data: _Tensor, *_rest: object) -> _Tensor:
    return data


_STAND_INS: Mapping[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuilt,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}
