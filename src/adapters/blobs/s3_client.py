"""Connections to an S3 server through aiobotocore."""

from contextlib import AsyncExitStack
from functools import cache
from typing import Any

from aiobotocore.config import AioConfig  # type: ignore[import-untyped]
from aiobotocore.session import get_session  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]

S3Client = Any
"""aiobotocore makes its clients at run time and ships no types for them."""

_CONFIG = AioConfig(
    signature_version="s3v4",
    # The default answers and asks with CRC32 trailers that servers other than AWS often refuse.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    # A bucket's name as a host name would need wildcard DNS and certificates.
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=64,
)


class Redirected(BotoCoreError):  # type: ignore[misc]
    """The server sent us to another address, or to another region."""

    fmt = "S3_ENDPOINT redirects elsewhere: it, or S3_REGION, is not the bucket's"


@cache
def _session() -> Any:
    """One a process: it keeps the descriptions of S3 that it reads from disk, 100 ms of work."""
    return get_session()


async def connect(
    stack: AsyncExitStack, *, endpoint: str | None, access_key: str, secret_key: str, region: str
) -> S3Client:
    """A client that `stack` closes. Nothing is sent yet; `endpoint` None is AWS itself.

    Certificates are checked against AWS_CA_BUNDLE where that is set.
    """
    client = _session().create_client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=_CONFIG,
    )
    opened = await stack.enter_async_context(client)
    opened.meta.events.register_first("needs-retry.s3", _refuse_redirects)
    return opened


def _refuse_redirects(response: tuple[Any, Any] | None, **_: Any) -> None:
    """aiohttp follows them, a POST as a GET, so that a deletion would list and seem to succeed;
    botocore asks for the bucket's region until the stack is full. And links can't follow."""
    if response is None:
        return
    answer = response[0]
    if answer.raw.history or answer.status_code in (301, 302, 303, 307, 308):
        answer.raw.close()
        raise Redirected
