"""The bodies of ImageGenX, by its own field names: their shape only."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from entrypoints.http.schemas import WatermarkBody

MAX_URL = 2048
MOST_TEXTS = 20


def left_out(value: Any) -> bool:
    """Clients of ImageGenX send what they don't want as null or as an empty string."""
    return value is None or value == ""


class _Block(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_left_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if not left_out(value)}


class MarkBody(_Block, WatermarkBody):
    """A text or a picture laid over the result."""

    enable: bool = Field(default=False, description="Without it the block counts for nothing.")
    type: Literal["text", "image"] = "text"


class PostProcessBody(_Block):
    """How the picture comes back."""

    super_resolution: Literal["2x", "4x", ""] = Field(
        default="", description="Enlarge the result, by the server's upscaling models."
    )
    watermark: MarkBody | None = None
    format: Literal["webp", "png", "jpeg"] = "webp"

    @field_validator("watermark", mode="before")
    @classmethod
    def _disabled_is_left_out(cls, given: Any) -> Any:
        off = isinstance(given, dict) and given.get("enable") in (None, False)
        return None if off else given

    @field_validator("format", mode="before")
    @classmethod
    def _short_name(cls, given: Any) -> Any:
        return "jpeg" if given == "jpg" else given


class ParamsBody(_Block):
    """What the model is to do; the model judges the values, and takes its own parameters too."""

    model_config = ConfigDict(extra="allow")

    resolution: str = Field(default="512x512", max_length=32, description="Width x height, px.")
    steps: int = 50
    cfg_scale: float = 7.5
    sampler: str = Field(default="Euler", max_length=64)
    lora_name: str | None = Field(default=None, max_length=255)
    lora_weight: float = 1.0
    post_process: PostProcessBody = PostProcessBody()


class _AskBody(_Block):
    params: ParamsBody = ParamsBody()
    model_type: str | None = Field(
        default=None, max_length=128,
        description="A name from GET /v1/models; may be left out where the server has a default.",
    )  # fmt: skip
    callback_url: str | None = Field(
        default=None, max_length=MAX_URL, description="Hears of the end."
    )


class GenerateBody(_AskBody):
    """A picture to make of `text`, and of the pictures its model takes."""

    text: str | None = Field(
        default=None, description="The prompt; a model without one takes none.",
        examples=["a lighthouse at dusk"],
    )  # fmt: skip
    image_url: str | None = Field(default=None, description="The picture to start from.")
    mask_url: str | None = Field(default=None, description="Where it is to change.")
    control_image_url: str | None = Field(default=None, description="What gives it its shape.")


class BatchGenerateBody(_AskBody):
    """A picture to make of each of `texts`: all are accepted, or none."""

    texts: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1, max_length=MOST_TEXTS)
