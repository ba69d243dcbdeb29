"""Checking a body or a query against a pydantic model, in the words of our own catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from domain.model.errors import FieldError, InvalidRequest, UnknownField
from domain.model.json_value import Json
from domain.model.suggestion import escape_pointer, unknown_field

M = TypeVar("M", bound=BaseModel)

MAX_ERRORS = 50
"""A request with a million wrong fields gets an answer people can read."""

Location = Sequence[int | str]


def validated(model: type[M], given: Mapping[str, Json], parent: str = "") -> M:
    """`given` as `model`. Raises `UnknownField` where a name is unknown, else `InvalidRequest`;
    both list every wrong field, with pointers below `parent`."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _refusal(model, error, parent) from error


def _refusal(model: type[BaseModel], error: ValidationError, parent: str) -> InvalidRequest:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    wrong = [_field_error(model, each, parent) for each in found[:MAX_ERRORS]]
    unknown = [each for each in wrong if each.code == UnknownField.code]
    more = f" ({len(found) - 1} more in `errors`.)" if len(found) > 1 else ""
    kind = UnknownField if unknown else InvalidRequest
    return kind((unknown or wrong)[0].detail + more, errors=wrong)


def _field_error(model: type[BaseModel], found: Mapping[str, Any], parent: str) -> FieldError:
    at: Location = found["loc"]
    if found["type"] == "extra_forbidden":
        return unknown_field(_pointer(parent, at[:-1]), str(at[-1]), _known(model, at[:-1]))
    if len(at) > 2 and at[-1] == "[key]":  # so pydantic marks that the name itself is wrong
        at = at[:-1]
    pointer = _pointer(parent, at)
    return FieldError(pointer, found["type"], f"{pointer or 'The body'}: {found['msg']}.")


def _pointer(parent: str, at: Location) -> str:
    return parent + "".join(f"/{escape_pointer(str(part)[:64])}" for part in at)


def _known(model: type[BaseModel], at: Location) -> list[str]:
    """The fields of the part of `model` that lies at `at`."""
    for part in at:
        annotation: Any = model.model_fields[str(part)].annotation
        model = next(iter(get_args(annotation)), annotation)  # `X | None` has the fields of X
    return list(model.model_fields)
