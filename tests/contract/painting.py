"""A model that paints a prompt, for the surfaces that are about prompts."""

from typing import Any

import numpy as np

from adapters.runners.invert import InvertRunner
from domain.model.errors import FieldError, InferenceFailed, InvalidRequest
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec, Params
from domain.model.picture import Picture
from domain.model.runner import ModelRunner, RunnerOutput

KNOWN = {"resolution": "512x512", "steps": 50, "cfg_scale": 7.5, "sampler": "Euler"}


def take_known(params: Params) -> Params:
    if strange := [name for name in params if name not in (*KNOWN, "lora_name", "seed")]:
        wrong = FieldError(f"/params/{strange[0]}", "unknown_field", "Unknown.")
        raise InvalidRequest(wrong.detail, errors=[wrong])
    return params


class PaintRunner(ModelRunner):
    """Paints its prompt's length; the prompt `fail` fails."""

    spec = ModelSpec(
        name="paint",
        description="A picture of a prompt.",
        needs=frozenset({"prompt"}),
        params_schema={"type": "object", "properties": {name: {} for name in KNOWN}},
        validate=take_known,
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
