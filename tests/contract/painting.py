"""A model that paints a prompt, for the surfaces that are about prompts."""

from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from adapters.runners.invert import InvertRunner
from adapters.runners.validation import params_schema, params_validator
from domain.model.errors import InferenceFailed
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec, Params
from domain.model.picture import Picture
from domain.model.runner import ModelRunner, RunnerOutput

KNOWN = {"resolution": "512x512", "steps": 50, "cfg_scale": 7.5, "sampler": "Euler"}


class PaintParams(BaseModel):
    resolution: str = Field(default="512x512", pattern="^[1-9][0-9]*x[1-9][0-9]*$")
    steps: int = Field(default=50, ge=1, le=150)
    cfg_scale: float = Field(default=7.5, ge=1, le=30)
    sampler: Literal["Euler", "DDIM"] = "Euler"
    lora_name: str | None = None
    lora_weight: float | None = Field(default=None, le=1)
    seed: int | None = None


def judged(params: Params) -> Params:
    """What was left out stays out, so that tests see what was sent."""
    found = params_validator(PaintParams)(params)
    return {name: value for name, value in found.items() if value is not None}


class PaintRunner(ModelRunner):
    """Paints its prompt's length; the prompt `fail` fails."""

    spec = ModelSpec(
        name="paint",
        description="A picture of a prompt.",
        needs=frozenset({"prompt"}),
        params_schema=params_schema(PaintParams),
        validate=judged,
    )

    def load(self, device: str) -> None: ...

    def release(self) -> None: ...

    def prepare(self, work: Any) -> Any:
        if work.texts["prompt"] == "fail":
            raise InferenceFailed("The brush broke.", retryable=False)
        return work

    def infer(self, batch: Any) -> Any:
        return batch

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput(pictures=[Picture(np.full((6, 8, 3), 200, np.uint8))])


def painting() -> ModelRegistry:
    """`paint`, the default, and `invert`."""
    models = ModelRegistry(default="paint")
    models.register(PaintRunner)
    models.register(InvertRunner)
    return models
