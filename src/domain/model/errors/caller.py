"""The request has to change: who sent it can mend it."""

from domain.model.errors.root import DarkroomError


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


class ModelUnavailable(InvalidRequest):
    """This server knows the model and can't run it as it stands."""

    code = "model_unavailable"
    remedy = "Choose another model: GET /v1/models says which are available, and why one is not."


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


class LinkInvalid(CallerFault):
    """This link is not genuine or no longer valid."""

    code = "invalid_link"
    remedy = "GET the task again: it comes with a fresh link."


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


class DeliveryNotFound(CallerFault):
    """No webhook has this id."""

    code = "delivery_not_found"
    remedy = "GET /v1/webhooks/deliveries lists those of the last 14 days, your tenant's only."


class SecretShown(CallerFault):
    """The secret was shown before, and is shown once."""

    code = "secret_shown"
    remedy = "POST /v1/webhooks/secret/rotate makes a new one; the old one goes on signing a while."


class SecretFixed(CallerFault):
    """The operator of this server has set the secret."""

    code = "secret_fixed"
    remedy = "Ask the operator for it: WEBHOOK_SECRET."


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


class BatchNotFound(CallerFault):
    """No batch has this id."""

    code = "batch_not_found"
    remedy = "Check the id and the API key; a batch is visible to its own tenant only."


class BatchGone(CallerFault):
    """The batch's retention is over."""

    code = "batch_gone"
    remedy = "Submit the batch again under a fresh client_request_id."
