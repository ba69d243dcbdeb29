"""What a submit means: the model's own rules, its inputs, its addresses, its output."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.model.errors import FieldError, InvalidRequest, UrlNotAllowed
from domain.model.inputs import Inputs, picture_pointer, read_inputs, with_logo
from domain.model.json_value import Json
from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec
from domain.model.output import OutputOptions
from domain.model.output_checks import judge_output, judge_sizes, no_upscaler
from domain.model.picture_head import claimed_size
from domain.model.principal import Principal
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.upscaling import plan_upscaling
from domain.model.url_policy import Target, UrlPolicy
from domain.use_cases.judge_prompt import JudgePrompt

INLINE_CHARS_ON_LOOP = 65_536
"""More base64 than this is decoded in a thread: it would hold the event loop up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A submit as the client sent it: shapes checked, nothing interpreted yet. `logo`: the
    watermark's `image_url` or `image_base64`. `caller`: whose quota and usage it counts for."""

    tenant: str
    model: str | None
    input: Mapping[str, Json]
    params: Mapping[str, Json] = field(default_factory=dict)
    output: OutputOptions = OutputOptions()
    logo: Mapping[str, str] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    client_request_id: str | None = None
    callback_url: str | None = None
    webhook_events: Sequence[str] | None = None
    ttl_s: int | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    request_id: str | None = None
    caller: Principal | None = None


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
        max_pixels: int,
        default_ttl_s: int | None,
        judge: JudgePrompt,
    ) -> None:
        self.judge = judge
        self._models, self._urls = models, urls
        self._max_upload_bytes, self._max_pixels = max_upload_bytes, max_pixels
        self._default_ttl_s = default_ttl_s

    async def __call__(self, submission: Submission) -> Reading:
        """Raises `InvalidRequest` and its kin (`UnknownModel`, `ModelUnavailable`, `NotSupported`,
        …), `BodyTooLarge` and `ContentFiltered`."""
        values = (*submission.input.values(), *submission.logo.values())
        chars = sum(len(value) for value in values if isinstance(value, str))
        large = chars > INLINE_CHARS_ON_LOOP
        reading = await asyncio.to_thread(self.read, submission) if large else self.read(submission)
        await self.judge(reading.request)
        return reading

    def read(self, asked: Submission) -> Reading:
        """The same at once, for who is off the event loop; the prompt is still to `judge`."""
        spec = self._models.asked(asked.model)
        params = spec.validate(asked.params)
        inputs = read_inputs(asked.input, spec, self._max_upload_bytes)
        self._judge_output(asked.output, spec, inputs.files)
        inputs = with_logo(inputs, asked.logo, self._max_upload_bytes)
        for role, url in inputs.urls.items():
            judge_url(self._urls, url, picture_pointer(role, "url"))
        self.judge_callback(asked.callback_url)
        _refuse_events_for_nobody(asked)
        request = TaskRequest(
            model=spec.name, texts=inputs.texts, params=params, output=asked.output,
            priority=asked.priority, client_request_id=asked.client_request_id,
            callback_url=asked.callback_url, webhook_events=asked.webhook_events,
            ttl_s=asked.ttl_s or self._default_ttl_s, metadata=asked.metadata,
        )  # fmt: skip
        return Reading(request, inputs, spec)

    def _judge_output(
        self, output: OutputOptions, spec: ModelSpec, files: Mapping[str, bytes]
    ) -> None:
        judge_output(output, spec)
        upscaling = plan_upscaling(output.upscale, self._models)
        if upscaling is None:
            raise no_upscaler()
        claimed = {role: claimed_size(data) for role, data in files.items()}
        sizes = {role: size for role, size in claimed.items() if size is not None}
        judge_sizes(sizes, spec, upscaling, self._max_pixels)

    def judge_callback(self, url: str | None) -> None:
        """Judged again on every try: what a name leads to may change. Raises `UrlNotAllowed`."""
        if url is not None:
            judge_url(self._urls, url, "/callback_url")


def _refuse_events_for_nobody(asked: Submission) -> None:
    if asked.webhook_events is not None and asked.callback_url is None:
        what = "webhook_events: there is no callback_url to tell of them."
        fault = FieldError("/webhook_events", "callback_url_missing", what)
        raise InvalidRequest(what, errors=[fault])


def judge_url(policy: UrlPolicy, url: str, pointer: str) -> Target:
    """`url` judged; what is wrong with it is said at `pointer`."""
    try:
        return policy.judge_url(url)
    except UrlNotAllowed as error:
        fault = FieldError(pointer, error.code, error.detail)
        raise UrlNotAllowed(error.detail, errors=[fault]) from error
