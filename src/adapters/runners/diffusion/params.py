"""What clients may ask of a diffusion model."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from adapters.runners.diffusion.loras import known_loras
from adapters.runners.diffusion.samplers import Sampler, spelt
from adapters.runners.diffusion.sizes import read_size
from adapters.runners.validation import params_validator
from domain.model.errors import FieldError, InvalidRequest
from domain.model.model_spec import Params

MAX_SEED = 2**53 - 1
"""What every JSON library reads exactly."""


class DiffusionParams(BaseModel):
    """How to paint."""

    resolution: str | None = Field(
        default=None,
        description="Width and height in pixels, like 512x768 or 512×768: multiples of 8. By "
        "default what the model was trained on; with an image, its shape at about that many.",
    )
    steps: int = Field(default=50, ge=1, le=150, description="Steps of the sampler.")
    cfg_scale: float = Field(
        default=7.5, ge=1, le=30, description="How closely it keeps to the prompt; 1: freely."
    )
    sampler: Annotated[Sampler, BeforeValidator(spelt)] = "Euler"
    seed: int | None = Field(
        default=None, ge=0, le=MAX_SEED, description="Drawn and reported where absent."
    )
    num_images: int = Field(
        default=1, ge=1, le=4, description="Pictures; each next one has the next seed."
    )
    strength: float | None = Field(
        default=None, gt=0, le=1,
        description="How much of the image is painted over; 0.8 by default, 1 within a mask.",
    )  # fmt: skip
    lora_name: str | None = Field(
        default=None, max_length=200, description="A file in the folder lora of MODELS_DIR."
    )
    lora_weight: float = Field(default=1.0, ge=-4, le=4, description="How much of it is added.")
    clip_skip: int = Field(
        default=0,
        ge=0,
        le=8,
        description="How many of the text encoder's last layers are left out.",
    )
    control_preprocessor: Literal["none", "canny"] = Field(
        default="none", description="canny: draw the edges of the control image first."
    )
    control_weight: float = Field(
        default=1.0, ge=0, le=2, description="How much the control image steers."
    )


def diffusion_validator(max_pixels: int, lora_folder: str | None) -> Callable[[Params], Params]:
    """The params with every default filled in, size and LoRA spelt in one way. Raises as
    `params_validator` does."""
    checked = params_validator(DiffusionParams)

    def validate(params: Params) -> Params:
        found = dict(checked(params))
        wrong: list[FieldError] = []
        if found["resolution"] is not None:
            try:
                width, height = read_size(found["resolution"], max_pixels)
                found["resolution"] = f"{width}x{height}"
            except ValueError as error:
                wrong.append(FieldError("/params/resolution", "resolution", f"{error}."))
        if found["lora_name"] is not None:
            wrong += _judge_lora(found["lora_name"].removesuffix(".safetensors"), lora_folder)
            found["lora_name"] = found["lora_name"].removesuffix(".safetensors")
        if wrong:
            raise InvalidRequest(wrong[0].detail, errors=wrong)
        return found

    return validate


def _judge_lora(name: str, folder: str | None) -> list[FieldError]:
    """A name is only ever compared with those that lie there, never joined to a path."""
    known = known_loras(folder)
    if name in known:
        return []
    listed = ", ".join(sorted(known)[:MAX_LISTED]) or "none"
    return [FieldError("/params/lora_name", "unknown_lora", f"No such LoRA. Known: {listed}.")]


MAX_LISTED = 50
