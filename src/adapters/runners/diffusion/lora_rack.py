"""LoRAs on a pipeline: which are loaded, and which one is on. Used by the device's thread alone."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from adapters.runners.device_faults import device_faults
from adapters.runners.diffusion.kohya import alphas_folded
from adapters.runners.diffusion.loras import known_loras
from domain.model.errors import InferenceFailed
from domain.model.json_value import Json

ROOM = 4
"""How many stay loaded: each holds some 10 to 200 MB of the device's memory."""

MISFITS = (OSError, SafetensorError, ValueError, KeyError, InferenceFailed)


@dataclass(frozen=True, slots=True)
class Loaded:
    """`adapter`: its name within the networks; `version`: of the file when it was read."""

    adapter: str
    version: tuple[int, int]
    sha256: str


class LoraRack:
    """The last `room` that were used stay loaded, unfused, so that taking one off restores the
    networks exactly."""

    def __init__(self, pipeline: Any, folder: str | None, room: int = ROOM) -> None:
        self._pipeline, self._folder, self._room = pipeline, folder, room
        self._loaded: OrderedDict[str, Loaded] = OrderedDict()
        self._count = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are loaded, the least lately used first."""
        return tuple(self._loaded)

    def wear(self, name: str | None, weight: float) -> Json:
        """Have the networks work with this LoRA alone, or with none; what a manifest says of it.
        Raises `InferenceFailed` where the file went away or fits no part of the model."""
        if name is None:
            if self._loaded:
                self._pipeline.disable_lora()
            return None
        loaded = self._fresh(name)
        with device_faults("putting a LoRA on"):
            self._pipeline.enable_lora()
            self._pipeline.set_adapters([loaded.adapter], [float(weight)])
        return {"name": name, "weight": weight, "sha256": loaded.sha256}

    def _fresh(self, name: str) -> Loaded:
        path = known_loras(self._folder).get(name)
        if path is None:
            raise _unusable(name, "its file is gone")
        stat = path.stat()
        version = stat.st_mtime_ns, stat.st_size
        known = self._loaded.get(name)
        if known is not None and known.version == version:
            self._loaded.move_to_end(name)
            return known
        if known is not None:
            self._drop(name)
        while len(self._loaded) >= self._room:
            self._drop(next(iter(self._loaded)))
        self._loaded[name] = self._read(name, path, version)
        return self._loaded[name]

    def _read(self, name: str, path: Path, version: tuple[int, int]) -> Loaded:
        """Kohya's names are turned into diffusers' by diffusers itself."""
        self._count += 1
        adapter = f"lora{self._count}"
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            tensors = alphas_folded(load_file(path))
            with device_faults("loading a LoRA"):
                self._pipeline.load_lora_weights(tensors, adapter_name=adapter)
        except BaseException as error:
            self._forget(adapter)  # one network may have it already
            if isinstance(error, MISFITS):
                raise _unusable(name, "its file does not fit this model") from error
            raise
        if adapter not in self._adapters():
            raise _unusable(name, "it changes no part of this model")
        return Loaded(adapter, version, digest)

    def _drop(self, name: str) -> None:
        self._forget(self._loaded.pop(name).adapter)

    def _forget(self, adapter: str) -> None:
        if adapter in self._adapters():
            self._pipeline.delete_adapters(adapter)

    def _adapters(self) -> set[str]:
        found = self._pipeline.get_list_adapters()
        return {adapter for adapters in found.values() for adapter in adapters}


def _unusable(name: str, why: str) -> InferenceFailed:
    return InferenceFailed(
        f"The LoRA {name} can't be used: {why}.",
        remedy="Choose another one, or ask the operator to see to the file.",
        retryable=False,
    )
