"""From a submit's JSON to the submission the use case takes."""

from collections.abc import Mapping

from domain.model.errors import FieldError, NotSupported
from domain.model.principal import Principal
from domain.model.priority import Priority
from domain.model.request import OutputOptions
from domain.model.runner import Json
from domain.use_cases.read_submission import Submission
from entrypoints.http.idempotency_key import one_key
from entrypoints.http.schemas import OutputBody, SubmitBody
from entrypoints.http.validation import validated


def read_submission(
    body: Mapping[str, Json], caller: Principal, header_key: str | None, request_id: str
) -> Submission:
    """Raises `InvalidRequest` and its kin; a field that is null counts as left out."""
    given = {name: value for name, value in body.items() if value is not None}
    asked = validated(SubmitBody, given)
    return Submission(
        tenant=caller.tenant,
        model=asked.model,
        input=asked.input,
        params=asked.params,
        output=_output(asked.output),
        priority=Priority(asked.priority),
        client_request_id=one_key(header_key, asked.client_request_id),
        callback_url=asked.callback_url,
        ttl_s=asked.ttl_s,
        metadata=asked.metadata,
        request_id=request_id,
    )


def _output(asked: OutputBody) -> OutputOptions:
    missing = [
        FieldError(f"/output/{name}", NotSupported.code, f"{name}: this server can't do that yet.")
        for name, wanted in (
            ("upscale", asked.upscale not in (None, 1)),
            ("watermark", asked.watermark is not None),
        )
        if wanted
    ]
    if missing:
        raise NotSupported(missing[0].detail, errors=missing)
    return OutputOptions(asked.format, asked.quality, asked.thumbnail)
