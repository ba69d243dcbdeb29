"""What S3 and its client say when something fails, in Darkroom's words."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
    HTTPClientError,
    ParamValidationError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]

from domain.model.errors import StorageUnavailable

S3_ERRORS = (
    ClientError,  # the server answered, with an error
    BotoCoreError,  # it did not, or its answer was cut off
    ResponseParserError,  # it is no S3 server
    aiohttp.ClientError,  # a body that ended early, which aiobotocore passes on as it is
    OSError,
)

_WRONG = {
    "InvalidAccessKeyId": "S3_ACCESS_KEY is not known to the server",
    "SignatureDoesNotMatch": "S3_SECRET_KEY does not belong to S3_ACCESS_KEY",
    "AccessDenied": "S3_ACCESS_KEY may not use the bucket S3_BUCKET",
    "BucketAlreadyExists": "S3_BUCKET is the name of somebody else's bucket",
    "InvalidBucketName": "S3_BUCKET is no name for a bucket",
    "TooManyBuckets": "S3_BUCKET does not exist, and S3_ACCESS_KEY may make no more buckets",
    "AuthorizationHeaderMalformed": "S3_REGION is not the server's",
    "IllegalLocationConstraintException": "S3_REGION is not the server's",
    "RequestTimeTooSkewed": "the clocks of this machine and of S3_ENDPOINT differ",
}


@contextmanager
def in_darkrooms_words() -> Iterator[None]:
    """Every failure within becomes `StorageUnavailable`; the server's word stays as its cause."""
    try:
        yield
    except S3_ERRORS as error:
        raise StorageUnavailable from error


@contextmanager
def naming_the_setting(endpoint: str) -> Iterator[None]:
    """Every failure within becomes `StorageUnavailable` that says what an operator can mend.

    `endpoint` is shown to them; it holds no credentials.
    """
    try:
        yield
    except S3_ERRORS as error:
        raise StorageUnavailable(
            f"S3 is not usable at {endpoint}: {_reason(error)}.",
            remedy="Correct S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET or S3_REGION.",
            retryable=not _is_wrong_setting(error),
        ) from error


def error_code(error: ClientError) -> str:
    """The server's word, such as `NoSuchKey`; the HTTP status where an answer has no body."""
    return str(error.response.get("Error", {}).get("Code", ""))


def http_status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _is_wrong_setting(error: BaseException) -> bool:
    """Whether the server is there and turns these settings away."""
    refused = isinstance(error, ClientError) and error_code(error) in _WRONG
    return refused or isinstance(error, ParamValidationError)


def _reason(error: BaseException) -> str:
    if isinstance(error, ClientError):
        return _WRONG.get(error_code(error)) or f"S3_ENDPOINT answered {error_code(error)!r}"
    if isinstance(error, ParamValidationError):
        return _WRONG["InvalidBucketName"]
    if isinstance(error, ResponseParserError):
        return "S3_ENDPOINT does not answer as an S3 server does"
    if isinstance(error, (NoConnection, HTTPClientError)):
        return f"S3_ENDPOINT can't be reached: {error.kwargs.get('error')}"
    return str(error)
