"""What the client libraries raise when it is the setting that has to be mended."""

from amqp.exceptions import (  # type: ignore[import-untyped]
    AccessRefused,
    NotAllowed,
    PreconditionFailed,
)
from redis.exceptions import AuthenticationError

MEANING: dict[type[BaseException], str] = {
    AccessRefused: "user or password is wrong, or the user may not use this vhost",
    NotAllowed: "there is no such vhost",
    PreconditionFailed: "a queue of this name was declared in another way; delete it, or choose"
    " another prefix",
    AuthenticationError: "user or password is wrong",
}


def misconfiguration(error: BaseException | None) -> str | None:
    """What is wrong with the setting, if it is that; looks through the causes."""
    while error is not None:
        for kind, meaning in MEANING.items():
            if isinstance(error, kind):
                return meaning
        error = error.__cause__
    return None
