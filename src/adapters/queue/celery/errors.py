"""What the client libraries raise when it is the setting that has to be mended."""

import logging
from ssl import SSLCertVerificationError

from amqp.exceptions import (  # type: ignore[import-untyped]
    AccessRefused,
    NotAllowed,
    PreconditionFailed,
)
from redis.exceptions import AuthenticationError

from domain.model.errors import Unavailable

log = logging.getLogger(__name__)

MEANING: dict[type[BaseException], str] = {
    AccessRefused: "user or password is wrong, or the user may not use this vhost",
    NotAllowed: "there is no such vhost",
    PreconditionFailed: "a queue of this name was declared in another way; delete it, or choose"
    " another prefix",
    AuthenticationError: "user or password is wrong",
    SSLCertVerificationError: "the certificate at the other end does not prove who it is",
}


def refuse_wrong_setting(error: BaseException) -> None:
    """Raise an `Unavailable` that no further try would mend where it is BROKER_URL that has to be;
    looks through the causes.
    A broker that is merely away is waited for: work is accepted meanwhile, or begins later."""
    cause: BaseException | None = error
    while cause is not None:
        for kind, meaning in MEANING.items():
            if isinstance(cause, kind):
                raise Unavailable(
                    f"BROKER_URL: {meaning}.", remedy="Mend BROKER_URL, or what it points to.",
                    retryable=False,
                ) from error  # fmt: skip
        cause = cause.__cause__ or cause.__context__
    log.warning("the broker is out of reach, and waited for: %r", error)
