"""A folder as diffusers saves models, judged without torch: the gateway asks too."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from adapters.runners.weight_files.shapes import read_shapes
from domain.model.errors import ModelUnavailable
from domain.model.json_value import Json

INDEX = "model_index.json"
WEIGHTS = "*.safetensors"
WITHOUT_WEIGHTS = frozenset({"scheduler", "tokenizer", "tokenizer_2", "feature_extractor"})


def judge_pipeline(folder: Path, kind: str) -> None:
    """Raises `ModelUnavailable` unless `folder` holds a whole pipeline of the class `kind`; the
    text names what is wrong with it, and no path beside its name."""
    index = _read(folder, INDEX)
    if index.get("_class_name") != kind:
        found = index.get("_class_name")
        raise ModelUnavailable(f"{folder.name} is a {found}; this runner takes a {kind}.")
    for part in parts_of(index):
        _judge_part(folder, part)


def judge_network(folder: Path, kind: str) -> None:
    """The same for a network that stands alone, a ControlNet."""
    if (found := _read(folder, "config.json").get("_class_name")) != kind:
        raise ModelUnavailable(f"{folder.name} is a {found}, not a {kind}.")
    _judge_weights(folder, folder.name)


def has_safety_checker(folder: Path) -> bool:
    return "safety_checker" in parts_of(_read(folder, INDEX))


def parts_of(index: dict[str, Json]) -> list[str]:
    """The names of the parts that an index says are there."""
    named = {name: what for name, what in index.items() if isinstance(what, list)}
    return [name for name, what in named.items() if len(what) == 2 and what[0] is not None]


def half_precision_only(folder: Path) -> bool:
    """Whether the weights lie there as `….fp16.safetensors` alone."""
    names = [each.name for each in folder.rglob(WEIGHTS)]
    return bool(names) and all(".fp16" in name for name in names)


def digest_of(folder: Path) -> str:
    """SHA-256 in hex over the names and contents of all its weights and configurations."""
    whole = hashlib.sha256()
    for file in sorted(_files(folder), key=lambda each: each.relative_to(folder).as_posix()):
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        whole.update(f"{file.relative_to(folder).as_posix()} {digest}\n".encode())
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for pattern in (WEIGHTS, "*.json"):
        yield from (each for each in folder.rglob(pattern) if each.is_file())


def _judge_part(folder: Path, part: str) -> None:
    if not (folder / part).is_dir():
        raise ModelUnavailable(f"{folder.name} has no folder {part}, which its {INDEX} names.")
    if part not in WITHOUT_WEIGHTS:
        _judge_weights(folder / part, f"{folder.name}/{part}")


def _judge_weights(folder: Path, name: str) -> None:
    """Pickles (`.bin`) are not loaded."""
    files = sorted(folder.glob(WEIGHTS))
    if not files:
        raise ModelUnavailable(f"{name} has no weights as .safetensors.")
    for file in files:
        read_shapes(file)


def _read(folder: Path, name: str) -> dict[str, Json]:
    if not folder.is_dir():
        raise ModelUnavailable(f"There is no folder {folder.name} in MODELS_DIR.")
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnavailable(f"{folder.name} has no {name}: is it a diffusers folder?") from error
    except ValueError as error:
        raise ModelUnavailable(f"{folder.name}: {name} is damaged.") from error
    if not isinstance(found, dict):
        raise ModelUnavailable(f"{folder.name}: {name} is damaged.")
    return found
