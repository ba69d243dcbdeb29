"""The body of a submit: its shape only. What it means is for the use case to find out."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.model.output import Position, read_colour

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
MAX_TEXT = 512


def _printable(text: str) -> str:
    """Refuses what could break a line of a log or the head of an answer."""
    if _CONTROL.search(text):
        raise PydanticCustomError("control_character", "Control characters are not allowed")
    return text


def _colour(text: str) -> str:
    try:
        read_colour(text)
    except ValueError as error:
        raise PydanticCustomError("colour", f"Not a colour: {error}") from error
    return text


def _metadata_value(value: Any) -> Any:
    if isinstance(value, (bool, int, float)):
        return value
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise PydanticCustomError(
            "metadata_value", f"Should be a string of at most {MAX_TEXT} characters, "
            "a number or a boolean",
        )  # fmt: skip
    return _printable(value)


WebhookEvent = Literal[
    "task.started", "task.succeeded", "task.failed", "task.canceled", "task.expired"
]
"""domain.model.webhook.CHOOSABLE, as the schema needs it."""
Printable = AfterValidator(_printable)
ColourText = Annotated[
    str,
    Field(description="`#RRGGBB` or `r,g,b`.", max_length=32, examples=["#FFFFFF", "255,128,0"]),
    AfterValidator(_colour),
]
MetadataName = Annotated[str, Field(min_length=1, max_length=64), Printable]
MetadataValue = Annotated[
    Any, PlainValidator(_metadata_value, json_schema_input_type=str | float | bool)
]


RequestId = Annotated[
    str | None,
    Field(
        min_length=1, max_length=255, pattern=r"^[!-~]+$",
        description="Makes the submit safe to repeat. Also as the header `Idempotency-Key`.",
    ),
]  # fmt: skip


class Strict(BaseModel):
    """No "1" for 1, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Block(Strict):
    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


class WatermarkBody(_Block):
    """A text or a picture laid over the result."""

    type: Literal["text", "image"]
    text: str | None = Field(default=None, pattern=r"\S", max_length=256, description="One line.")
    font: str | None = Field(
        default=None, min_length=1, max_length=64,
        description="The name of a font on the server; one that lacks a letter gives way.",
    )  # fmt: skip
    color: ColourText = "#FFFFFF"
    font_size: int | None = Field(
        default=None, ge=4, le=2048,
        description="px. Default: a twentieth of the picture's width, at least 12.",
    )  # fmt: skip
    image_url: str | None = Field(default=None, description="The picture of the mark.")
    image_base64: str | None = Field(default=None, description="The same, inline.")
    scale: float = Field(
        default=0.15, gt=0, le=1, description="Width of the mark over that of the result."
    )
    position: Position = "bottom-right"
    margin: int = Field(default=20, ge=0, le=16_384, description="px to the edges.")
    transparency: float = Field(
        default=0.7, ge=0, le=1, description="The mark's alpha: 0.7 shows 70 % of it."
    )

    _printable = field_validator("text", "font")(_printable)


class OutputBody(_Block):
    """How pictures come back."""

    format: Literal["png", "jpeg", "webp"] = "png"
    quality: int | None = Field(
        default=None, ge=1, le=100, description="For jpeg and webp. Default: 95."
    )
    thumbnail: bool = Field(default=True, description="Also keep a small version, 256 px at most.")
    upscale: Literal[1, 2, 4] = Field(
        default=1, description="Enlarge the result, by the server's upscaling models."
    )
    watermark: WatermarkBody | None = None
    background: ColourText = Field(
        default="#FFFFFF", description="What a transparent picture is laid on for jpeg."
    )

    @field_validator("upscale", mode="before")
    @classmethod
    def _no_bool(cls, value: Any) -> Any:
        """To a `Literal`, true is 1, however strict."""
        return str(value) if isinstance(value, bool) else value


FINISHED = {
    "format": "jpeg", "quality": 90, "upscale": 2, "background": "#FFFFFF",
    "watermark": {"type": "text", "text": "© Acme", "position": "bottom-right"},
}  # fmt: skip


class TaskBody(Strict):
    """What a task is, however it is submitted."""

    model: str | None = Field(
        default=None, min_length=1, max_length=128, examples=["superres-x4"],
        description="A name from GET /v1/models; may be left out where the server has a default.",
    )  # fmt: skip
    input: dict[str, Any] = Field(
        max_length=64,
        description="`image_url` or `image_base64`, and what else the model's schema says.",
        examples=[{"image_url": "https://example.com/photo.jpg"}],
    )
    params: dict[str, Any] = Field(
        default={}, max_length=256, description="The model's own parameters."
    )
    output: OutputBody = Field(default=OutputBody(), examples=[FINISHED])
    priority: Literal["high", "normal", "low"] = "normal"
    callback_url: str | None = Field(
        default=None, max_length=2048, examples=["https://example.com/hooks/darkroom"],
        description="Where a signed webhook tells how the task ended.",
    )  # fmt: skip
    webhook_events: list[WebhookEvent] | None = Field(
        default=None, min_length=1, max_length=8,
        description="What `callback_url` is told of; default: every way to end.",
    )  # fmt: skip
    ttl_s: int | None = Field(
        default=None, ge=1, le=604_800, description="Seconds in which the task has to be started."
    )
    metadata: dict[MetadataName, MetadataValue] = Field(
        default={}, max_length=16, description="Kept with the task and shown again."
    )


class SubmitBody(TaskBody):
    """A task to do: `model` and its `input`; everything else has a default."""

    client_request_id: RequestId = None


class PingBody(Strict):
    """A receiver to try."""

    callback_url: str = Field(max_length=2048, examples=["https://example.com/hooks/darkroom"])
