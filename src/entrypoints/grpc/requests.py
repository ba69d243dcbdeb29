"""From the messages of the wire to the bodies of ImageGenX; 0 and "" are left out."""

import re
from typing import Any

from darkroom.imagegenx.scheduler_pb2 import PostProcess, SubmitTaskRequest, TaskParams
from domain.model.errors import FieldError, InvalidRequest
from entrypoints.http.validation import validated
from entrypoints.imagegenx.bodies import GenerateBody

SCALARS = ("resolution", "steps", "sampler", "lora_name")
FRACTIONS = ("cfg_scale", "lora_weight")
MARK_TEXTS = ("text", "font", "color", "position")

_KEY = re.compile(r"[!-~]{1,255}")
_USER = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,255}")


def body_of(request: SubmitTaskRequest) -> GenerateBody:
    """Raises `InvalidRequest` and its kin."""
    names = ("text", "model_type", "image_url", "mask_url", "control_image_url")
    given = {name: getattr(request, name) for name in names}
    return validated(GenerateBody, {**given, "params": _params(request.params)})


def idempotency_key_of(request: SubmitTaskRequest) -> str | None:
    detail = "task_id is a string of 1 to 255 visible ASCII characters."
    return _checked(_KEY, "task_id", request.task_id, detail)


def metadata_of(request: SubmitTaskRequest) -> dict[str, str]:
    """Who ImageGenX says it was."""
    detail = "user_id is a line of 1 to 255 characters."
    user_id = _checked(_USER, "user_id", request.user_id, detail)
    return {} if user_id is None else {"user_id": user_id}


def _params(asked: TaskParams) -> dict[str, Any]:
    given = {name: getattr(asked, name) or None for name in SCALARS}
    fractions = {name: _decimal(getattr(asked, name)) for name in FRACTIONS}
    return {**given, **fractions, "post_process": _post_process(asked.post_process)}


def _post_process(asked: PostProcess) -> dict[str, Any]:
    mark = asked.watermark
    if not mark.enable:
        return {"super_resolution": asked.super_resolution}
    watermark = {name: getattr(mark, name) for name in MARK_TEXTS}
    watermark |= {"enable": True, "transparency": _decimal(mark.transparency)}
    return {"super_resolution": asked.super_resolution, "watermark": watermark}


def _decimal(value: float) -> float | None:
    """The number that was meant: 7.1 comes over the wire as 7.099999904632568."""
    return float(f"{value:.7g}") if value else None


def _checked(pattern: re.Pattern[str], name: str, text: str, detail: str) -> str | None:
    if not text:
        return None
    if not pattern.fullmatch(text):
        raise InvalidRequest(detail, errors=[FieldError(f"/{name}", name, detail)])
    return text
