"""A runner's parameters as a pydantic model: the schema clients read and the check they face."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from domain.model.errors import FieldError, InvalidRequest, UnknownField
from domain.model.json_value import Json
from domain.model.model_spec import Params

MAX_ERRORS = 100
"""A request with a million wrong fields gets an answer people can read."""

EXTRA = "extra_forbidden"
"""pydantic's name for a field nobody knows."""

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
    Raises `UnknownField` where a name is unknown, else `InvalidRequest`; both list the wrong
    fields (the first 100), `code` being pydantic's name of the rule.
    """

    known = tuple(params_schema(model).get("properties", ()))

    def validate(params: Params) -> Params:
        try:
            checked = model.model_validate(dict(params), strict=True, extra="forbid")
        except ValidationError as error:
            raise _refusal(error, known) from error
        return checked.model_dump(mode="json", by_alias=True)

    return validate


def _refusal(error: ValidationError, known: Sequence[str]) -> InvalidRequest:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    errors = [
        _field_error(each["loc"], each["type"], each["msg"], known) for each in found[:MAX_ERRORS]
    ]
    kind = UnknownField if any(each["type"] == EXTRA for each in found) else InvalidRequest
    return kind(errors[0].detail if len(errors) == 1 else None, errors=errors)


def _field_error(at: Location, rule: str, detail: str, known: Sequence[str]) -> FieldError:
    pointer = "".join(f"/{_escaped(str(part))}" for part in ("params", *at))
    if rule != EXTRA:
        return FieldError(pointer, rule, detail)
    # Suggestions are for the params themselves; what is nested deeper is only named.
    near = get_close_matches(str(at[-1]), known if len(at) == 1 else (), n=1)
    guess = "".join(f" Did you mean {name!r}?" for name in near)
    return FieldError(pointer, UnknownField.code, f"No field is named {str(at[-1])!r}.{guess}")


def _escaped(token: str) -> str:
    """RFC 6901 section 3."""
    return token.replace("~", "~0").replace("/", "~1")
