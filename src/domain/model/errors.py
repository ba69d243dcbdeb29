"""Every error Darkroom can tell a person about: one tree, one catalogue.

A class's docstring is its default message, so text and documentation cannot drift.
The type says who can mend it; the HTTP status, the gRPC code and the exit status are
chosen from `code` in the entrypoints, never here.

    DarkroomError
    ├── CallerFault          the request has to change
    │   ├── InvalidRequest   ├── UnknownField, UnknownModel, NotSupported, UrlNotAllowed
    │   │                    └── UnsupportedImageFormat, ImageTooLarge, ImageCorrupt
    │   ├── BodyTooLarge, BodyTimeout, UnsupportedMediaType, NotAcceptable, IdempotencyMismatch
    │   ├── InvalidApiKey, LinkInvalid, RateLimited
    │   └── RouteNotFound, MethodNotAllowed, TaskNotFound, TaskGone, TaskNotTerminal, TaskFailed,
    │                            TaskExpired
    ├── FetchError           the address the caller named did not answer well
    │   └── FetchFailed, FetchTimeout, FetchTooLarge
    ├── ModelError           the model could not do the work
    │   └── InferenceFailed, GpuOutOfMemory, ContentFiltered
    ├── GaveUp               Darkroom stopped trying, on purpose
    │   └── AttemptsExhausted, DeadlineExceeded
    └── Unavailable          our side is broken or full; the same request may work later
        └── StorageUnavailable, Overloaded, InternalError
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field. `pointer` is an RFC 6901 JSON pointer into the request body."""

    pointer: str
    code: str
    detail: str


class DarkroomError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal_error"
    remedy: ClassVar[str] = "Try again; if it persists, report the request id."
    transient: ClassVar[bool] = False
    """Whether the same attempt may succeed later; decides retries and `retryable`."""

    def __init__(
        self,
        detail: str | None = None,
        *,
        remedy: str | None = None,
        retryable: bool | None = None,
        retry_after_s: int | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        self.detail = detail or self.title()
        self.hint = remedy or self.remedy
        self.retryable = self.transient if retryable is None else retryable
        self.retry_after_s = retry_after_s
        self.errors = tuple(errors)
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring: short, the same for every occurrence."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class CallerFault(DarkroomError):
    """The request can't be served as it stands."""


class InvalidRequest(CallerFault):
    """The request is not valid."""

    code = "invalid_request"
    remedy = "Correct the fields named in `errors`; GET /v1/models/{name} shows the schema."


class UnknownField(InvalidRequest):
    """The request has a field nobody knows."""

    code = "unknown_field"
    remedy = "Remove the field or use the suggested spelling."


class UnknownModel(InvalidRequest):
    """No model has this name."""

    code = "unknown_model"
    remedy = "GET /v1/models lists the models of this server."


class NotSupported(InvalidRequest):
    """This server does not support that yet."""

    code = "not_supported"
    remedy = "Leave the field out."


class UrlNotAllowed(InvalidRequest):
    """This address may not be fetched."""

    code = "url_not_allowed"
    remedy = (
        "Use a public http(s) address, or ask the operator to list the host in FETCH_ALLOW_HOSTS."
    )


class UnsupportedImageFormat(InvalidRequest):
    """The picture is not a JPEG, PNG or WebP file."""

    code = "unsupported_image_format"
    remedy = "Convert the picture to JPEG, PNG or WebP."


class ImageTooLarge(InvalidRequest):
    """The picture has too many pixels."""

    code = "image_too_large"
    remedy = "Scale the picture down; GET /v1/limits shows the limits."


class ImageCorrupt(InvalidRequest):
    """The picture can't be decoded."""

    code = "image_corrupt"
    remedy = "Check that the file is complete and opens in an image viewer."


class BodyTooLarge(CallerFault):
    """The request body is too large."""

    code = "body_too_large"
    remedy = "Send a smaller picture, or its address as `image_url`."


class BodyTimeout(CallerFault):
    """The request body did not arrive in time."""

    code = "body_timeout"
    remedy = "Send the whole body at once, or the picture's address as `image_url`."
    transient = True


class UnsupportedMediaType(CallerFault):
    """The request body is of a type this server does not read."""

    code = "unsupported_media_type"
    remedy = "Send JSON, with the picture as `image_url` or `image_base64`."


class NotAcceptable(CallerFault):
    """The result has no picture."""

    code = "not_acceptable"
    remedy = "Ask for it with `Accept: application/json`."


class IdempotencyMismatch(CallerFault):
    """This client_request_id was used before with a different request."""

    code = "idempotency_mismatch"
    remedy = "Use a fresh client_request_id for a different request."


class InvalidApiKey(CallerFault):
    """The API key is missing or not valid."""

    code = "invalid_api_key"
    remedy = "Send a valid key in the `x-api-key` header."


class LinkInvalid(CallerFault):
    """This link is not genuine or no longer valid."""

    code = "invalid_link"
    remedy = "GET the task again: it comes with a fresh link."


class RateLimited(CallerFault):
    """Too many requests with this key."""

    code = "rate_limited"
    remedy = "Wait for the seconds named in `Retry-After`."
    transient = True


class RouteNotFound(CallerFault):
    """There is nothing at this address."""

    code = "route_not_found"
    remedy = "GET /docs lists the addresses of this server."


class MethodNotAllowed(CallerFault):
    """This address does not answer to that method."""

    code = "method_not_allowed"
    remedy = "The `Allow` header lists the methods it answers to."


class TaskNotFound(CallerFault):
    """No task has this id."""

    code = "task_not_found"
    remedy = "Check the id and the API key; a task is visible to its own tenant only."


class TaskGone(CallerFault):
    """The task was deleted or its retention is over."""

    code = "task_gone"
    remedy = "Submit the request again under a fresh client_request_id."


class TaskNotTerminal(CallerFault):
    """The task has not ended yet."""

    code = "task_not_terminal"
    remedy = "Cancel it first, or wait until it has ended."


class TaskFailed(CallerFault):
    """The task ended without a result."""

    code = "task_failed"
    remedy = "GET the task: its `error` says why. POST …/retry runs it again as a new task."


class TaskExpired(CallerFault):
    """The task was not started in time and never will be."""

    code = "task_expired"
    remedy = "Submit it again with a longer ttl_s, or a higher priority."


class FetchError(DarkroomError):
    """The picture's address did not deliver it."""


class FetchFailed(FetchError):
    """The picture could not be fetched from its address."""

    code = "fetch_failed"
    remedy = "Check that the address answers with the picture."
    transient = True


class FetchTimeout(FetchError):
    """The picture's address was too slow."""

    code = "fetch_timeout"
    remedy = "Host the picture somewhere faster, or send it as image_base64."
    transient = True


class FetchTooLarge(FetchError):
    """The file at the picture's address is too large."""

    code = "fetch_too_large"
    remedy = "Use a smaller file; GET /v1/limits shows the limits."


class ModelError(DarkroomError):
    """The model could not do the work."""


class InferenceFailed(ModelError):
    """The model failed on this input."""

    code = "inference_failed"
    remedy = "Try again; if it persists, report the task id."
    transient = True


class GpuOutOfMemory(ModelError):
    """The device ran out of memory."""

    code = "gpu_oom"
    remedy = "Use a smaller picture."
    transient = True


class ContentFiltered(ModelError):
    """The result was withheld by the content filter."""

    code = "content_filtered"
    remedy = "Change the prompt or the picture."


class GaveUp(DarkroomError):
    """Darkroom stopped trying."""


class AttemptsExhausted(GaveUp):
    """Every attempt ended without an answer."""

    code = "attempts_exhausted"
    remedy = "POST …/retry runs it again as a new task; report the task id if it persists."


class DeadlineExceeded(GaveUp):
    """The task ran past its time limit."""

    code = "deadline_exceeded"
    remedy = "Use a smaller picture, or ask the operator to raise TASK_TIMEOUT_S."


class Unavailable(DarkroomError):
    """This server can't do that right now."""

    transient = True


class StorageUnavailable(Unavailable):
    """The storage can't be reached."""

    code = "storage_unavailable"
    remedy = "Try again in a moment."


class Overloaded(Unavailable):
    """The queue is full."""

    code = "overloaded"
    remedy = "Wait for the seconds named in `Retry-After`."


class InternalError(Unavailable):
    """Something went wrong on our side."""

    code = "internal_error"
    remedy = "Try again; if it persists, report the request id."
