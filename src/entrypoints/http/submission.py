"""From a submit's JSON to the submission the use case takes."""

from collections.abc import Mapping
from typing import Any

from domain.model.json_value import Json
from domain.model.output import OutputOptions, Watermark, read_colour
from domain.model.output_checks import SOURCES, judge_watermark
from domain.model.principal import Principal
from domain.model.priority import Priority
from domain.use_cases.read_submission import Submission
from entrypoints.http.idempotency_key import one_key
from entrypoints.http.schemas import OutputBody, SubmitBody, TaskBody, WatermarkBody
from entrypoints.http.validation import validated


def read_submission(
    body: Mapping[str, Json], caller: Principal, header_key: str | None, request_id: str
) -> Submission:
    """Raises `InvalidRequest` and its kin; a field that is null counts as left out."""
    given = {name: value for name, value in body.items() if value is not None}
    asked = validated(SubmitBody, given)
    key = one_key(header_key, asked.client_request_id)
    return submission(asked, caller, request_id, key)


def submission(
    asked: TaskBody, caller: Principal, request_id: str, client_request_id: str | None = None
) -> Submission:
    """Raises `InvalidRequest` for a watermark that contradicts itself."""
    return Submission(
        tenant=caller.tenant,
        model=asked.model,
        input=asked.input,
        params=asked.params,
        output=output_of(asked.output),
        logo=logo_of(asked.output.watermark),
        priority=Priority(asked.priority),
        client_request_id=client_request_id,
        callback_url=asked.callback_url,
        webhook_events=asked.webhook_events and tuple(asked.webhook_events),
        ttl_s=asked.ttl_s,
        metadata=asked.metadata,
        request_id=request_id,
        caller=caller,
    )


def output_of(asked: OutputBody) -> OutputOptions:
    """Raises `InvalidRequest` for a watermark whose fields contradict its type."""
    return OutputOptions(
        format=asked.format,
        quality=asked.quality,
        thumbnail=asked.thumbnail,
        upscale=asked.upscale,
        watermark=None if asked.watermark is None else _watermark(asked.watermark),
        background=read_colour(asked.background),
    )


def _watermark(asked: WatermarkBody) -> Watermark:
    judge_watermark(asked.type, _given(asked))
    return Watermark(
        type=asked.type,
        text=asked.text or "",
        font=asked.font,
        color=read_colour(asked.color),
        font_size=asked.font_size,
        position=asked.position,
        transparency=asked.transparency,
        margin=asked.margin,
        scale=asked.scale,
    )


def logo_of(asked: WatermarkBody | None) -> dict[str, str]:
    """The picture of an image watermark, as it was sent."""
    given = {} if asked is None else _given(asked)
    return {name: given[name] for name in SOURCES if name in given}


def _given(asked: WatermarkBody) -> dict[str, Any]:
    return asked.model_dump(exclude_unset=True)
