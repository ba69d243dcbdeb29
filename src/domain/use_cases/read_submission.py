"""What a submit means: the model's own rules, its inputs, its addresses."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.model.errors import NotSupported
from domain.model.inputs import Inputs, read_inputs
from domain.model.priority import Priority
from domain.model.request import OutputOptions, TaskRequest
from domain.model.runner import Json, ModelRegistry, ModelSpec
from domain.model.url_policy import UrlPolicy

INLINE_CHARS_ON_LOOP = 65_536
"""More base64 than this is decoded in a thread: it would hold the event loop up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A submit as the client sent it: shapes checked, nothing interpreted yet."""

    tenant: str
    model: str
    input: Mapping[str, Json]
    params: Mapping[str, Json] = field(default_factory=dict)
    output: OutputOptions = OutputOptions()
    priority: Priority = Priority.NORMAL
    client_request_id: str | None = None
    callback_url: str | None = None
    ttl_s: int | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The request without its pictures, the inputs that hold them, and the model's spec."""

    request: TaskRequest
    inputs: Inputs
    spec: ModelSpec


class ReadSubmission:
    def __init__(
        self,
        models: ModelRegistry,
        urls: UrlPolicy,
        max_upload_bytes: int,
        default_ttl_s: int | None,
    ) -> None:
        self._models, self._urls = models, urls
        self._max_upload_bytes, self._default_ttl_s = max_upload_bytes, default_ttl_s

    async def __call__(self, submission: Submission) -> Reading:
        """Raises `UnknownModel`, `InvalidRequest` and its kin, `BodyTooLarge`, `NotSupported`."""
        chars = sum(len(value) for value in submission.input.values() if isinstance(value, str))
        if chars > INLINE_CHARS_ON_LOOP:
            return await asyncio.to_thread(self._read, submission)
        return self._read(submission)

    def _read(self, asked: Submission) -> Reading:
        if asked.callback_url is not None:
            raise NotSupported("callback_url: this server sends no webhooks.")
        spec = self._models.spec(asked.model)
        params = spec.validate(asked.params)
        inputs = read_inputs(asked.input, spec, self._max_upload_bytes)
        for url in inputs.urls.values():
            self._urls.judge_url(url)
        request = TaskRequest(
            model=spec.name, texts=inputs.texts, params=params, output=asked.output,
            priority=asked.priority, client_request_id=asked.client_request_id,
            ttl_s=asked.ttl_s or self._default_ttl_s, metadata=asked.metadata,
        )  # fmt: skip
        return Reading(request, inputs, spec)
