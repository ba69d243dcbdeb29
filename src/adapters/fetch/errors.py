"""httpx2's errors in Darkroom's words."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2

from domain.model.errors import (
    DarkroomError,
    FetchFailed,
    FetchTimeout,
    InternalError,
    UrlNotAllowed,
)


def _broken() -> FetchFailed:
    return FetchFailed("The connection to the picture's address broke.", retryable=True)


def _hopeless() -> FetchFailed:
    return FetchFailed(retryable=False)


_MEANING: dict[type[BaseException], Callable[[], DarkroomError]] = {
    TimeoutError: FetchTimeout,
    # A TLS record that can't be read reaches us as it is, below httpx2's own errors.
    OSError: _broken,
    httpx2.TimeoutException: FetchTimeout,
    httpx2.TransportError: _broken,
    httpx2.LocalProtocolError: _hopeless,
    httpx2.ProxyError: _hopeless,
    httpx2.SSEError: _hopeless,
    httpx2.DecodingError: _hopeless,
    httpx2.TooManyRedirects: _hopeless,
    httpx2.HTTPError: _hopeless,
    httpx2.UnsupportedProtocol: UrlNotAllowed,
    httpx2.InvalidURL: UrlNotAllowed,
    # Only a mistake in this folder can raise these.
    httpx2.StreamError: InternalError,
    httpx2.CookieConflict: InternalError,
}


@contextmanager
def in_darkrooms_words() -> Iterator[None]:
    try:
        yield
    except tuple(_MEANING) as error:
        raise translated(error) from error


def translated(error: BaseException) -> DarkroomError:
    """The nearest meaning of `error`; a certificate that does not hold is no passing trouble."""
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in _chain(error)):
        return FetchFailed(
            "The certificate of the picture's address is not valid.", retryable=False
        )
    return next(_MEANING[kind]() for kind in type(error).__mro__ if kind in _MEANING)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
