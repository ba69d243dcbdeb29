"""A runner's parameters as a pydantic model: the schema clients read and the check they face."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from domain.model.errors import FieldError, InvalidRequest, UnknownField
from domain.model.runner import Json, Params

MAX_ERRORS = 100
"""A request with a million wrong fields gets an answer people can read."""

Location = tuple[int | str, ...]
"""Where in the params: field names and list indices."""


class NoParams(BaseModel):
    """A model without parameters: any field is unknown."""


def params_schema(model: type[BaseModel]) -> Mapping[str, Json]:
    """`ModelSpec.params_schema`: JSON Schema 2020-12, closed, since unknown fields are refused."""
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:
            part["additionalProperties"] = False
    return schema


def params_validator(model: type[BaseModel]) -> Callable[[Params], Params]:
    """`ModelSpec.validate`: the params as JSON values with every default filled in.

    Strict (no "1" for 1, no 1 for true) and closed, whatever the model's own configuration.
    Raises `UnknownField` where a name is unknown, else `InvalidRequest`; both list every wrong
    field, `code` being pydantic's name of the rule.
    """

    def validate(params: Params) -> Params:
        try:
            checked = model.model_validate(dict(params), strict=True, extra="forbid")
        except ValidationError as error:
            raise _refusal(model, error) from error
        return checked.model_dump(mode="json", by_alias=True)

    return validate


def _refusal(model: type[BaseModel], error: ValidationError) -> InvalidRequest:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    errors = [_field_error(model, wrong["loc"], wrong["type"], wrong["msg"]) for wrong in found]
    kind = (
        UnknownField if any(each.code == UnknownField.code for each in errors) else InvalidRequest
    )
    return kind(errors[0].detail if len(errors) == 1 else None, errors=errors[:MAX_ERRORS])


def _field_error(model: type[BaseModel], at: Location, rule: str, detail: str) -> FieldError:
    pointer = "".join(f"/{_escaped(str(part))}" for part in ("params", *at))
    if rule != "extra_forbidden":
        return FieldError(pointer, rule, detail)
    return FieldError(pointer, UnknownField.code, _unknown(model, at))


def _unknown(model: type[BaseModel], at: Location) -> str:
    """Suggestions are for the params themselves; what is nested deeper is only named."""
    known = params_schema(model)["properties"] if len(at) == 1 else ()
    near = get_close_matches(str(at[-1]), known, n=1)
    return f"No field is named {str(at[-1])!r}." + "".join(f" Did you mean {x!r}?" for x in near)


def _escaped(token: str) -> str:
    """RFC 6901 section 3."""
    return token.replace("~", "~0").replace("/", "~1")
