"""From a batch's JSON to the submission the use case takes."""

from domain.model.errors import InvalidRequest
from domain.model.json_value import Json
from domain.model.principal import Principal
from domain.use_cases.submit_batch import BatchItem, BatchSubmission
from entrypoints.http.batch_schemas import BatchBody, BatchItemBody
from entrypoints.http.idempotency_key import one_key
from entrypoints.http.json_body import as_object
from entrypoints.http.submission import submission
from entrypoints.http.validation import validated


def read_batch(
    body: Json, caller: Principal, header_key: str | None, request_id: str
) -> BatchSubmission:
    """Raises `InvalidRequest` and its kin for the batch as such; a fault of an item goes with the
    item. A field that is null counts as left out."""
    bare = isinstance(body, list)
    asked = validated(BatchBody, _given({"items": body} if bare else as_object(body)))
    return BatchSubmission(
        tenant=caller.tenant,
        items=[_item(each, caller, request_id) for each in asked.items],
        client_request_id=one_key(header_key, asked.client_request_id),
        callback_url=asked.callback_url,
        request_id=request_id,
        pointer="" if bare else "/items",
        caller=caller,
    )


def _item(given: Json, caller: Principal, request_id: str) -> BatchItem:
    try:
        asked = validated(BatchItemBody, _given(as_object(given, "An item")))
        return BatchItem(asked=submission(asked, caller, request_id), custom_id=asked.custom_id)
    except InvalidRequest as error:
        return BatchItem(asked=error)


def _given(body: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in body.items() if value is not None}
