"""How the operator sets one model up: an entry of the models file."""

from dataclasses import dataclass
from enum import StrEnum


class Precision(StrEnum):
    """In which numbers a network computes."""

    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"


class Loading(StrEnum):
    """When a model is brought to the device: before the worker is ready, or at its first use."""

    STARTUP = "startup"
    LAZY = "lazy"


class SetupError(ValueError):
    """A runner can't be set up like this: `field` is wrong, for the reason that is the text."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSetup:
    """The model `name` and what its runner is to use; None leaves the choice to the runner.

    `weights`: path of a file; `device_memory_mb`: how much of the device's memory one pass may
    take beside the weights, in MiB; `max_pixels`: most pixels of an input picture.
    """

    name: str
    weights: str | None = None
    precision: Precision | None = None
    device_memory_mb: int | None = None
    max_pixels: int | None = None
