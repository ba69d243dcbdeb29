"""Our side is broken or full: the same request may work later."""

from domain.model.errors.root import DarkroomError


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
