"""The bucket itself: finding it, making it, emptying parts of it."""

from collections.abc import Sequence

from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from adapters.blobs.s3_client import S3Client
from adapters.blobs.s3_errors import error_code, http_status

_AWS_DEFAULT_REGION = "us-east-1"
"""The one region that may not be named when a bucket is made there."""

_TAKEN = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


async def open_bucket(client: S3Client, bucket: str, region: str) -> None:
    """Make the bucket if it is missing; private, as every server makes them."""
    try:
        await _look_into(client, bucket)
    except ClientError as error:
        if error_code(error) != "NoSuchBucket":
            raise
        await _create(client, bucket, region)
        await _look_into(client, bucket)


async def delete_keys(client: S3Client, bucket: str, keys: Sequence[str]) -> None:
    """Delete up to 1,000 files: at once, or one by one where the server won't."""
    for key in await _left_over(client, bucket, keys):
        await client.delete_object(Bucket=bucket, Key=key)


async def delete_key(client: S3Client, bucket: str, key: str) -> None:
    """Delete one file, if there is one. It is looked for first: a server that keeps objects as
    files of a disk answers 500 when asked to delete what is a folder there."""
    if await _exists(client, bucket, key):
        await client.delete_object(Bucket=bucket, Key=key)


async def _exists(client: S3Client, bucket: str, key: str) -> bool:
    try:
        await client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if http_status(error) != 404:
            raise
        return False
    return True


async def _look_into(client: S3Client, bucket: str) -> None:
    """Unlike HEAD, an answer to GET tells in its body what is wrong."""
    await client.list_objects_v2(Bucket=bucket, MaxKeys=1)


async def _create(client: S3Client, bucket: str, region: str) -> None:
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if region == _AWS_DEFAULT_REGION:
        place = {}
    try:
        await client.create_bucket(Bucket=bucket, **place)
    except ClientError as error:
        if error_code(error) == "InvalidLocationConstraint":
            await client.create_bucket(Bucket=bucket)  # a server that knows no regions by name
        elif error_code(error) not in _TAKEN:  # another process of ours may have been faster
            raise


async def _left_over(client: S3Client, bucket: str, keys: Sequence[str]) -> Sequence[str]:
    """Delete in one request; what is left is what the server did not take that way. Some have no
    DeleteObjects, some demand the Content-MD5 that botocore 1.36 ceased to send with it."""
    objects = [{"Key": key} for key in keys]
    try:
        answer = await client.delete_objects(
            Bucket=bucket, Delete={"Objects": objects, "Quiet": True}
        )
    except ClientError as error:
        if 400 <= http_status(error) < 500 or http_status(error) == 501:
            return keys
        raise
    return [refused["Key"] for refused in answer.get("Errors", ())]
