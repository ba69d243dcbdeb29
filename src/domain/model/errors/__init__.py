"""Every error Darkroom can tell a person about: one tree, one catalogue.

A class's docstring is its default message, so text and documentation cannot drift.
The type says who can mend it; the HTTP status, the gRPC code and the exit status are
chosen from `code` in the entrypoints, never here.

    DarkroomError
    ├── CallerFault          the request has to change
    │   ├── InvalidRequest   ├── UnknownField, UnknownModel, ModelUnavailable, NotSupported
    │   │                    └── UrlNotAllowed, UnsupportedImageFormat, ImageTooLarge, ImageCorrupt
    │   ├── BodyTooLarge, BodyTimeout, UnsupportedMediaType, NotAcceptable, IdempotencyMismatch
    │   ├── InvalidApiKey, ApiKeyExpired, ApiKeyRevoked, InsufficientScope, KeyNotFound
    │   ├── LinkInvalid, RateLimited, DailyQuotaExceeded, QueueQuotaExceeded
    │   └── RouteNotFound, MethodNotAllowed, TaskNotFound, TaskGone, TaskNotTerminal, TaskFailed,
    │                            TaskExpired, BatchNotFound, BatchGone, DeliveryNotFound,
    │                            SecretShown, SecretFixed
    ├── FetchError           the address the caller named did not answer well
    │   └── FetchFailed, FetchTimeout, FetchTooLarge
    ├── ModelError           the model could not do the work
    │   └── InferenceFailed, GpuOutOfMemory, DeviceFault, DeviceMissing, ContentFiltered
    ├── GaveUp               Darkroom stopped trying, on purpose
    │   └── AttemptsExhausted, DeadlineExceeded
    └── Unavailable          our side is broken or full; the same request may work later
        └── StorageUnavailable, Overloaded, InternalError
"""

from domain.model.errors.caller import (
    BatchGone,
    BatchNotFound,
    BodyTimeout,
    BodyTooLarge,
    CallerFault,
    DeliveryNotFound,
    IdempotencyMismatch,
    ImageCorrupt,
    ImageTooLarge,
    InvalidRequest,
    LinkInvalid,
    MethodNotAllowed,
    ModelUnavailable,
    NotAcceptable,
    NotSupported,
    RouteNotFound,
    SecretFixed,
    SecretShown,
    TaskExpired,
    TaskFailed,
    TaskGone,
    TaskNotFound,
    TaskNotTerminal,
    UnknownField,
    UnknownModel,
    UnsupportedImageFormat,
    UnsupportedMediaType,
    UrlNotAllowed,
)
from domain.model.errors.key import (
    ApiKeyExpired,
    ApiKeyRevoked,
    DailyQuotaExceeded,
    InsufficientScope,
    InvalidApiKey,
    KeyNotFound,
    QueueQuotaExceeded,
    RateLimited,
)
from domain.model.errors.root import (
    DarkroomError,
    FieldError,
)
from domain.model.errors.service import (
    InternalError,
    Overloaded,
    StorageUnavailable,
    Unavailable,
)
from domain.model.errors.work import (
    AttemptsExhausted,
    ContentFiltered,
    DeadlineExceeded,
    DeviceFault,
    DeviceMissing,
    FetchError,
    FetchFailed,
    FetchTimeout,
    FetchTooLarge,
    GaveUp,
    GpuOutOfMemory,
    InferenceFailed,
    ModelError,
)

__all__ = [
    "ApiKeyExpired",
    "ApiKeyRevoked",
    "AttemptsExhausted",
    "BatchGone",
    "BatchNotFound",
    "BodyTimeout",
    "BodyTooLarge",
    "CallerFault",
    "ContentFiltered",
    "DailyQuotaExceeded",
    "DarkroomError",
    "DeadlineExceeded",
    "DeliveryNotFound",
    "DeviceFault",
    "DeviceMissing",
    "FetchError",
    "FetchFailed",
    "FetchTimeout",
    "FetchTooLarge",
    "FieldError",
    "GaveUp",
    "GpuOutOfMemory",
    "IdempotencyMismatch",
    "ImageCorrupt",
    "ImageTooLarge",
    "InferenceFailed",
    "InsufficientScope",
    "InternalError",
    "InvalidApiKey",
    "InvalidRequest",
    "KeyNotFound",
    "LinkInvalid",
    "MethodNotAllowed",
    "ModelError",
    "ModelUnavailable",
    "NotAcceptable",
    "NotSupported",
    "Overloaded",
    "QueueQuotaExceeded",
    "RateLimited",
    "RouteNotFound",
    "SecretFixed",
    "SecretShown",
    "StorageUnavailable",
    "TaskExpired",
    "TaskFailed",
    "TaskGone",
    "TaskNotFound",
    "TaskNotTerminal",
    "Unavailable",
    "UnknownField",
    "UnknownModel",
    "UnsupportedImageFormat",
    "UnsupportedMediaType",
    "UrlNotAllowed",
]
