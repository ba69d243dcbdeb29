"""The public face of Darkroom for other people's code: to write a model, and to call a server.

The client loads with its first use, so that a runner module imports no HTTP library.
"""

from typing import TYPE_CHECKING, Any

from darkroom.problem import DarkroomProblem
from domain.model.errors import (
    ContentFiltered,
    DarkroomError,
    DeviceFault,
    FieldError,
    GpuOutOfMemory,
    ImageCorrupt,
    ImageTooLarge,
    InferenceFailed,
    InvalidRequest,
    NotSupported,
)
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec
from domain.model.picture import Picture
from domain.model.runner import Checkpoint, ModelRunner, RunnerInput, RunnerOutput

if TYPE_CHECKING:
    from darkroom.client import Darkroom

__all__ = [
    "Checkpoint",
    "ContentFiltered",
    "Darkroom",
    "DarkroomError",
    "DarkroomProblem",
    "DeviceFault",
    "FieldError",
    "GpuOutOfMemory",
    "ImageCorrupt",
    "ImageTooLarge",
    "InferenceFailed",
    "InvalidRequest",
    "ModelRegistry",
    "ModelRunner",
    "ModelSpec",
    "NotSupported",
    "Picture",
    "RunnerInput",
    "RunnerOutput",
]


def __getattr__(name: str) -> Any:
    if name == "Darkroom":
        from darkroom.client import Darkroom

        return Darkroom
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
