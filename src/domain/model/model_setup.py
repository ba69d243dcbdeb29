"""How the operator sets one model up: an entry of the models file."""

from dataclasses import dataclass, field
from enum import StrEnum


class Precision(StrEnum):
    """In which numbers a network computes."""

    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"


class Accelerator(StrEnum):
    """What makes a network faster at the price of a longer start."""

    NONE = "none"
    COMPILE = "compile"
    TENSORRT = "tensorrt"


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

    `weights`: path of a file or folder; `controlnet`: path of the folder of a network that steers
    by a second picture; `safety_checker`: whether results are judged; `device_memory_mb`: how much
    of the device's memory one pass may take beside the weights, in MiB; `max_pixels`: most pixels
    of a picture. Where it runs, which is no matter of its own: `lora_folder`, the path of what can
    be added to weights, and `accelerator`.
    """

    name: str
    weights: str | None = None
    precision: Precision | None = None
    device_memory_mb: int | None = None
    max_pixels: int | None = None
    controlnet: str | None = None
    safety_checker: bool | None = None
    lora_folder: str | None = field(default=None, compare=False)
    accelerator: Accelerator = field(default=Accelerator.NONE, compare=False)
