"""The body of a batch: its shape only. Each item is checked for itself, so that all can be told."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from domain.model.batch import MOST_ITEMS
from entrypoints.http.schemas import Printable, RequestId, Strict, TaskBody


class BatchItemBody(TaskBody):
    """One task of a batch."""

    custom_id: Annotated[str, Printable] | None = Field(
        default=None, min_length=1, max_length=255,
        description="Your own name for it, unique within the batch; the task shows it again.",
    )  # fmt: skip


Unchecked = Annotated[Any, PlainValidator(lambda item: item, json_schema_input_type=BatchItemBody)]


class BatchBody(Strict):
    """Many tasks as one: all are accepted, or none. The items alone, as a bare array, will do."""

    items: list[Unchecked] = Field(min_length=1, max_length=MOST_ITEMS)
    client_request_id: RequestId = None
    callback_url: str | None = Field(
        default=None, max_length=2048, examples=["https://example.com/hooks/darkroom"],
        description="Where a signed `batch.completed` tells that every task has ended.",
    )  # fmt: skip
    webhook_events: list[Literal["batch.completed"]] | None = Field(
        default=None, min_length=1, max_length=1, description="What `callback_url` is told of."
    )
