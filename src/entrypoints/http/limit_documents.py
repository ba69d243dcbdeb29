"""The JSON documents of limits."""

from typing_extensions import TypedDict


class BucketDocument(TypedDict):
    """At most `limit` calls in any `window_s` seconds."""

    limit: int
    window_s: int
    remaining: int
    reset_s: int


class RequestLimitsDocument(TypedDict):
    """`per_second`: calls of any kind that this key may make; null = as many as a minute has."""

    write: BucketDocument
    read: BucketDocument
    per_second: int | None


class ImageLimitsDocument(TypedDict):
    max_upload_bytes: int
    max_pixels: int
    max_side_px: int
    formats: list[str]


class LimitsDocument(TypedDict):
    """What applies to this key, and what is left."""

    tenant: str
    requests: RequestLimitsDocument
    images: ImageLimitsDocument
    max_body_bytes: int
    daily_tasks: BucketDocument | None
    max_queue_depth: int
    max_queue_depth_per_tenant: int
    url_ttl_s: int
    result_ttl_s: int
    idempotency_ttl_s: int
