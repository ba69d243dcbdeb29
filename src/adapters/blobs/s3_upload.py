"""Storing a file in a bucket: in one request, or in parts that become a file all at once."""

import asyncio
from collections.abc import Mapping

from adapters.blobs.s3_client import S3Client
from adapters.blobs.s3_errors import S3_ERRORS

ONE_REQUEST_BYTES = 16 * 2**20
"""Larger files go in parts: a broken connection then costs one part, not the file."""

PART_BYTES = 8 * 2**20
"""S3 demands at least 5 MiB. Each part is hashed on the event loop, 8 MiB in about 10 ms."""


async def upload(
    client: S3Client, place: Mapping[str, str], data: bytes, headers: Mapping[str, str]
) -> None:
    """Store `data` at `place` (Bucket, Key); a reader finds the whole file or the one before."""
    if len(data) <= ONE_REQUEST_BYTES:
        await client.put_object(**place, Body=data, **headers)
    else:
        await _upload_in_parts(client, place, data, headers)


async def _upload_in_parts(
    client: S3Client, place: Mapping[str, str], data: bytes, headers: Mapping[str, str]
) -> None:
    beginning = asyncio.ensure_future(client.create_multipart_upload(**place, **headers))
    try:
        begun = await asyncio.shield(beginning)
    except asyncio.CancelledError as canceled:
        # The server may have begun already, under an id that only its answer tells.
        begun = await beginning
        await _forget(client, {**place, "UploadId": begun["UploadId"]}, canceled)
        raise
    this = {**place, "UploadId": begun["UploadId"]}
    try:
        parts = await _send_parts(client, this, data)
        await client.complete_multipart_upload(**this, MultipartUpload={"Parts": parts})
    except BaseException as error:  # a cancelled task leaves no parts either
        await _forget(client, this, error)
        raise


async def _send_parts(
    client: S3Client, this: Mapping[str, str], data: bytes
) -> list[dict[str, str | int]]:
    """One after the other: a part in flight holds a second copy of its bytes."""
    parts: list[dict[str, str | int]] = []
    for number, start in enumerate(range(0, len(data), PART_BYTES), start=1):
        body = data[start : start + PART_BYTES]
        answer = await client.upload_part(**this, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    return parts


async def _forget(client: S3Client, this: Mapping[str, str], failure: BaseException) -> None:
    """The server keeps, and bills, the parts of an unfinished upload until somebody ends it."""
    try:
        await asyncio.shield(client.abort_multipart_upload(**this))
    except S3_ERRORS as error:
        failure.add_note(f"its parts may lie on the server until a bucket rule ends them: {error}")
