"""Query parameters, as strict as the body: a misspelt filter must not silently match all."""

import base64
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request

from domain.model.errors import FieldError, InvalidRequest
from domain.model.task import TaskStatus
from domain.model.usage import KEPT_DAYS
from domain.use_cases.find_task import TASK_ID
from entrypoints.http.validation import validated
from entrypoints.http.waiting import MAX_WAIT_S

Q = TypeVar("Q", bound=BaseModel)

PARENT = "/query"

_Moment = Annotated[
    AwareDatetime,
    # An unquoted `+02:00` arrives as ` 02:00`.
    BeforeValidator(lambda text: text[:-6] + text[-6:].replace(" ", "+")),
]


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WaitQuery(_Query):
    wait: int = Field(
        default=0, ge=0, le=MAX_WAIT_S,
        description="Answer when the task ends, at the latest after this many seconds.",
    )  # fmt: skip


class ResultQuery(_Query):
    redirect: bool = Field(default=False, description="Answer 302 to a link that needs no key.")


class ListQuery(_Query):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=128, description="`next_cursor` of a page.")
    status: TaskStatus | None = None
    model: str | None = Field(default=None, max_length=128)
    batch_id: str | None = Field(default=None, max_length=64)
    client_request_id: str | None = Field(
        default=None, max_length=255, description="The one task with that id of yours."
    )
    created_after: _Moment | None = Field(default=None, description="RFC 3339.")


class UsageQuery(_Query):
    days: int = Field(default=30, ge=1, le=KEPT_DAYS, description="Today and those before it.")


class KeysQuery(_Query):
    user_id: str | None = Field(default=None, max_length=64)


class DeliveriesQuery(_Query):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of a page.")
    task_id: str | None = Field(default=None, max_length=64)
    outcome: Literal["pending", "delivered", "failed", "stopped"] | None = None


def read_query(model: type[Q], request: Request) -> Q:
    """The query as `model`. Raises `UnknownField` or `InvalidRequest`."""
    return validated(model, dict(request.query_params), PARENT)


def described(model: type[BaseModel]) -> dict[str, Any]:
    """The parameters of `model` for the OpenAPI document."""
    properties: Mapping[str, Any] = model.model_json_schema()["properties"]
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": _inline(model, schema)}
            for name, schema in properties.items()
        ]
    }


def cursor_of(id: str) -> str:
    """An opaque name for the place after `id`."""
    return base64.urlsafe_b64encode(id.encode()).decode().rstrip("=")


def id_of(cursor: str, form: re.Pattern[str] = TASK_ID) -> str:
    """The id in `cursor`, or `InvalidRequest`."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except ValueError as error:
        raise _no_cursor() from error
    if not form.fullmatch(found):
        raise _no_cursor()
    return found


def _no_cursor() -> InvalidRequest:
    detail = "This is no cursor of ours. Start without one."
    return InvalidRequest(detail, errors=[FieldError(f"{PARENT}/cursor", "cursor", detail)])


def _inline(model: type[BaseModel], schema: Mapping[str, Any]) -> dict[str, Any]:
    """`schema` without references: the parameters stand alone."""
    if any("$ref" in each for each in schema.get("anyOf", ())):
        return {"enum": [status.value for status in TaskStatus]}
    return dict(schema)
