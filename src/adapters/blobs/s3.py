"""Files in one bucket of an S3 server, read by clients through links the server itself checks."""

import asyncio
import math
import re
from contextlib import AsyncExitStack
from urllib.parse import quote

from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from adapters.blobs.s3_bucket import delete_key, delete_keys, open_bucket
from adapters.blobs.s3_client import S3Client, connect
from adapters.blobs.s3_endpoint import endpoint_url
from adapters.blobs.s3_errors import error_code, in_darkrooms_words, naming_the_setting
from adapters.blobs.s3_upload import upload
from domain.model.errors import StorageUnavailable
from domain.model.links import check_key, check_prefix
from ports.blob_store import Blob, BlobStore
from ports.clock import Now
from ports.lifecycle import Lifecycle

MAX_LINK_S = 7 * 24 * 3600
"""A presigned URL of Signature Version 4 lives no longer."""

PING_LIMIT_S = 5.0

_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")


class S3BlobStore(BlobStore, Lifecycle):
    """A key is the object's name, so several installations need a bucket each.

    Links are presigned GETs (AWS Signature Version 4, query form); they end after 7 days at the
    latest. Nothing here asks for write-once (`If-None-Match`), which some servers answer by
    overwriting: keys of results hold the attempt, so no two writers share one.
    """

    def __init__(
        self,
        *,
        endpoint: str | None,
        access_key: str,
        secret_key: str,
        bucket: str,
        now: Now,
        region: str = "us-east-1",
        public_endpoint: str | None = None,
    ) -> None:
        """Addresses as `s3_endpoint.endpoint_url` reads them; without `endpoint` it is AWS's of
        the `region`. Links name `public_endpoint`, if there is one: the address under which
        clients, not this process, reach the same server. A signature covers the host, so no
        proxy may change it on the way.
        """
        self._endpoint = endpoint
        self._public_endpoint = public_endpoint
        self._access_key = access_key
        self._secret_key = secret_key
        self._bucket = bucket
        self._region = region
        self._now = now
        self._connections: AsyncExitStack | None = None
        self._client: S3Client = None
        self._signer: S3Client = None

    async def start(self) -> None:
        """Connect, and make the bucket if it is missing."""
        if self._connections is not None:
            return
        if not (self._access_key and self._secret_key):
            raise StorageUnavailable(
                "S3_ACCESS_KEY or S3_SECRET_KEY is not set.",
                remedy="Set both, or STORAGE_BACKEND.",
                retryable=False,
            )
        endpoint = _url("S3_ENDPOINT", self._endpoint)
        public_endpoint = _url("S3_PUBLIC_ENDPOINT", self._public_endpoint)
        async with AsyncExitStack() as stack:
            with naming_the_setting(endpoint or "AWS"):
                client = await self._connect(stack, endpoint)
                signer = await self._connect(stack, public_endpoint) if public_endpoint else client
                await open_bucket(client, self._bucket, self._region)
            self._client, self._signer = client, signer
            self._connections = stack.pop_all()

    async def aclose(self) -> None:
        connections, self._connections = self._connections, None
        self._client = self._signer = None
        if connections is not None:
            await connections.aclose()

    async def ping(self) -> None:
        with in_darkrooms_words():
            async with asyncio.timeout(PING_LIMIT_S):
                await self._started().head_bucket(Bucket=self._bucket)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        place = {"Bucket": self._bucket, "Key": check_key(key)}
        disposition = attachment(key.rsplit("/", 1)[-1])  # never a page of the server's own origin
        headers = {"ContentType": content_type, "ContentDisposition": disposition}
        with in_darkrooms_words():
            await upload(self._started(), place, data, headers)

    async def get(self, key: str) -> Blob | None:
        check_key(key)
        with in_darkrooms_words():
            try:
                found = await self._started().get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error_code(error) == "NoSuchKey":
                    return None
                raise
            async with found["Body"] as body:
                return Blob(await body.read(), found["ContentType"])

    async def delete(self, prefix: str) -> None:
        """A bucket with versions keeps the old ones; whether to is its owner's choice."""
        check_prefix(prefix)
        client = self._started()
        with in_darkrooms_words():
            if not prefix.endswith("/"):
                await delete_key(client, self._bucket, prefix)
                return
            pages = client.get_paginator("list_objects_v2")
            async for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                keys = [found["Key"] for found in page.get("Contents", ())]
                if keys:
                    await delete_keys(client, self._bucket, keys)

    async def link(self, key: str, expires_at: float, filename: str) -> str | None:
        check_key(key)
        self._started()
        what = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": attachment(filename),
        }
        # Signed from this second on, in whole seconds: the sum is the moment asked for.
        lifetime_s = int(expires_at) - math.floor(self._now())
        with in_darkrooms_words():
            url: str = await self._signer.generate_presigned_url(
                "get_object", Params=what, ExpiresIn=max(0, min(lifetime_s, MAX_LINK_S))
            )
        return url

    async def _connect(self, stack: AsyncExitStack, endpoint: str | None) -> S3Client:
        return await connect(
            stack,
            endpoint=endpoint,
            access_key=self._access_key,
            secret_key=self._secret_key,
            region=self._region,
        )

    def _started(self) -> S3Client:
        if self._client is None:
            raise RuntimeError("S3BlobStore is used before start() or after aclose()")
        return self._client


def attachment(filename: str) -> str:
    """A Content-Disposition (RFC 6266) that has a browser save the file under this name."""
    if _PLAIN_NAME.fullmatch(filename):
        return f'attachment; filename="{filename}"'
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"


def _url(setting: str, text: str | None) -> str | None:
    try:
        return endpoint_url(text) if text else None
    except ValueError as error:
        raise StorageUnavailable(
            f"{setting} {error}.",
            remedy=f"Correct {setting}: scheme://host:port.",
            retryable=False,
        ) from error
