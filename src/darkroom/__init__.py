"""The public face of Darkroom for other people's code: to write a model, to call a
server, and to receive its webhooks.

The client and the receiver's part load with their first use, so that a runner module imports no
HTTP library.
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
    from darkroom.following import TaskEvent
    from darkroom.webhooks import WebhookNotGenuine, verify_webhook

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
    "TaskEvent",
    "WebhookNotGenuine",
    "verify_webhook",
]


def __getattr__(name: str) -> Any:
    if name == "Darkroom":
        from darkroom.client import Darkroom

        return Darkroom
    if name == "TaskEvent":
        from darkroom.following import TaskEvent

        return TaskEvent
    if name in ("WebhookNotGenuine", "verify_webhook"):
        from darkroom import webhooks

        return getattr(webhooks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
