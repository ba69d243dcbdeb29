"""The JSON documents of one's webhooks."""

from typing_extensions import TypedDict


class DeliveryDocument(TypedDict):
    """A webhook. `webhook_id` is the same on every try; `status`, `error`: of the last."""

    webhook_id: str
    type: str
    task_id: str | None
    batch_id: str | None
    url: str
    outcome: str
    tries: int
    status: int | None
    error: str | None
    created_at: str
    tried_at: str | None
    next_at: str | None


class DeliveryListDocument(TypedDict):
    """A page, those of the newest tasks first. `next_cursor` goes into `?cursor=`."""

    data: list[DeliveryDocument]
    has_more: bool
    next_cursor: str | None


class SecretDocument(TypedDict):
    """`secret` signs from now on. `previous_until`: how long the one before signs beside it."""

    secret: str
    previous_until: str | None
