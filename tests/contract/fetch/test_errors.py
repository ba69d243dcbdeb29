"""No error of httpx2 leaves the folder under its own name."""

import inspect
import ssl

import httpx2
import pytest

from adapters.fetch.errors import in_darkrooms_words, translated
from domain.model.errors import (
    DarkroomError,
    FetchFailed,
    FetchTimeout,
    InternalError,
    UrlNotAllowed,
)

MEANINGS = {
    (FetchTimeout, True): {
        "TimeoutException",
        "ConnectTimeout",
        "ReadTimeout",
        "WriteTimeout",
        "PoolTimeout",
    },
    (FetchFailed, True): {
        "TransportError",
        "NetworkError",
        "ConnectError",
        "ReadError",
        "WriteError",
        "CloseError",
        "ProtocolError",
        "RemoteProtocolError",
    },
    (FetchFailed, False): {
        "HTTPError",
        "HTTPStatusError",
        "RequestError",
        "LocalProtocolError",
        "ProxyError",
        "SSEError",
        "DecodingError",
        "TooManyRedirects",
    },
    (UrlNotAllowed, False): {"UnsupportedProtocol", "InvalidURL"},
    (InternalError, True): {
        "CookieConflict",
        "StreamError",
        "StreamConsumed",
        "StreamClosed",
        "RequestNotRead",
        "ResponseNotRead",
    },
}
CASES = [(name, *meaning) for meaning, names in MEANINGS.items() for name in sorted(names)]


def test_every_exception_of_httpx2_has_a_meaning() -> None:
    members = inspect.getmembers(httpx2, inspect.isclass)
    exceptions = {
        name
        for name, kind in members
        if issubclass(kind, Exception) and not issubclass(kind, Warning)
    }
    assert exceptions == set().union(*MEANINGS.values())


@pytest.mark.parametrize(("name", "kind", "retryable"), CASES)
def test_the_meaning_of_each(name: str, kind: type[DarkroomError], retryable: bool) -> None:
    # Each has a constructor of its own; the translation asks for the type alone.
    foreign = getattr(httpx2, name)
    with pytest.raises(kind) as error, in_darkrooms_words():
        raise foreign.__new__(foreign)
    assert error.value.retryable is retryable
    assert type(error.value.__cause__) is foreign


@pytest.mark.parametrize("error", [ssl.SSLError(), ConnectionResetError(), BrokenPipeError()])
def test_what_reaches_us_below_httpx2_is_a_broken_connection(error: OSError) -> None:
    assert translated(error).retryable
    assert isinstance(translated(error), FetchFailed)


def test_a_bad_certificate_is_found_however_deep_it_lies() -> None:
    error = httpx2.ConnectError("outer")
    error.__cause__ = OSError("middle")
    error.__cause__.__context__ = ssl.SSLCertVerificationError("inner")
    assert not translated(error).retryable
