"""From a request of ImageGenX to the submission the use case takes."""

from collections.abc import Mapping
from typing import Any

from domain.model.json_value import Json
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec
from domain.use_cases.read_submission import Submission
from domain.use_cases.submit_batch import BatchItem, BatchSubmission
from entrypoints.http.schemas import OutputBody
from entrypoints.http.submission import logo_of, output_of
from entrypoints.imagegenx.bodies import (
    BatchGenerateBody,
    GenerateBody,
    ParamsBody,
    PostProcessBody,
)

PICTURES = ("image_url", "mask_url", "control_image_url")
OWN_DEFAULTS = ("resolution", "steps", "cfg_scale", "sampler")
"""What ImageGenX promises where a request is silent, as far as the model has it."""

FACTORS = {"": 1, "2x": 2, "4x": 4}


def read_batch(body: BatchGenerateBody, tenant: str, models: ModelRegistry) -> BatchSubmission:
    """Raises as `read_generate` does. It is the batch whose end is told, not each task's."""
    asked = [
        GenerateBody.model_construct(text=text, params=body.params, model_type=body.model_type)
        for text in body.texts
    ]
    return BatchSubmission(
        tenant=tenant,
        items=[BatchItem(asked=read_generate(each, tenant, models)) for each in asked],
        callback_url=body.callback_url,
        pointer="/texts",
    )


def read_generate(body: GenerateBody, tenant: str, models: ModelRegistry) -> Submission:
    """Raises what `ModelRegistry.asked` does, and `InvalidRequest` for a contradictory mark."""
    spec = models.asked(body.model_type)
    output = _output(body.params.post_process)
    return Submission(
        tenant=tenant,
        model=spec.name,
        input=_input(body),
        params=_params(body.params, spec),
        output=output_of(output),
        logo=logo_of(output.watermark),
        callback_url=body.callback_url,
    )


def _input(body: GenerateBody) -> dict[str, Json]:
    pictures = {name: getattr(body, name) for name in PICTURES}
    given = {"prompt": body.text, **pictures}
    return {name: value for name, value in given.items() if value is not None}


def _params(asked: ParamsBody, spec: ModelSpec) -> dict[str, Json]:
    """What was sent goes to the model as it is, defaults only to one that has such a parameter."""
    known: Mapping[str, Any] = spec.params_schema.get("properties", {})
    defaults = {name: getattr(asked, name) for name in OWN_DEFAULTS if name in known}
    given = asked.model_dump(exclude_unset=True, exclude={"post_process"})
    return defaults | given


def _output(asked: PostProcessBody) -> OutputBody:
    upscale = FACTORS[asked.super_resolution]
    output: dict[str, Any] = {"format": asked.format, "upscale": upscale}
    if asked.watermark is not None:
        given = asked.watermark.model_dump(exclude_unset=True, exclude={"enable"})
        output["watermark"] = {"type": "text", **given}
    return OutputBody.model_validate(output)
