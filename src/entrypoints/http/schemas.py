"""The body of a submit: its shape only. What it means is for the use case to find out."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
MAX_TEXT = 512


def _printable(text: str) -> str:
    """Refuses what could break a line of a log or the head of an answer."""
    if _CONTROL.search(text):
        raise PydanticCustomError("control_character", "Control characters are not allowed")
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


Printable = AfterValidator(_printable)
MetadataName = Annotated[str, Field(min_length=1, max_length=64), Printable]
MetadataValue = Annotated[
    Any, PlainValidator(_metadata_value, json_schema_input_type=str | float | bool)
]


class _Strict(BaseModel):
    """No "1" for 1, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class OutputBody(_Strict):
    """How pictures come back."""

    format: Literal["png", "jpeg", "webp"] = "png"
    quality: int | None = Field(default=None, ge=1, le=100, description="For jpeg and webp.")
    thumbnail: bool = Field(default=True, description="Also keep a small version, 256 px at most.")
    upscale: Literal[1, 2, 4] | None = Field(
        default=None, description="2 and 4: not supported yet."
    )
    watermark: dict[str, Any] | None = Field(default=None, description="Not supported yet.")


class SubmitBody(_Strict):
    """A task to do: `model` and its `input`; everything else has a default."""

    model: str = Field(
        min_length=1, max_length=128, description="A name from GET /v1/models.",
        examples=["superres-x4"],
    )  # fmt: skip
    input: dict[str, Any] = Field(
        max_length=64,
        description="`image_url` or `image_base64`, and what else the model's schema says.",
        examples=[{"image_url": "https://example.com/photo.jpg"}],
    )
    params: dict[str, Any] = Field(
        default={}, max_length=256, description="The model's own parameters."
    )
    output: OutputBody = OutputBody()
    priority: Literal["high", "normal", "low"] = "normal"
    client_request_id: str | None = Field(
        default=None, min_length=1, max_length=255, pattern=r"^[!-~]+$",
        description="Makes the submit safe to repeat. Also as the header `Idempotency-Key`.",
    )  # fmt: skip
    callback_url: str | None = Field(
        default=None, max_length=2048, description="Not supported yet."
    )
    ttl_s: int | None = Field(
        default=None, ge=1, le=604_800, description="Seconds in which the task has to be started."
    )
    metadata: dict[MetadataName, MetadataValue] = Field(
        default={}, max_length=16, description="Kept with the task and shown again."
    )
