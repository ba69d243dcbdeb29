import json
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from adapters.runners.validation import MAX_ERRORS, NoParams, params_schema, params_validator
from domain.model.errors import InvalidRequest, UnknownField
from domain.model.model_spec import Params


class Grain(BaseModel):
    seed: int = 0


class Film(BaseModel):
    strength: float = Field(default=1.0, ge=0, le=1)
    steps: int = Field(default=20, gt=0)
    look: Literal["warm", "cold"] = "warm"
    fade: bool = False
    grain: Grain = Grain()


class Titled(BaseModel):
    title: str
    tags: list[str] = []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)

film = params_validator(Film)


def refused(params: dict[str, Any]) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        film(params)
    return caught.value


def test_fills_every_default_in() -> None:
    assert film({"strength": 0.5}) == {
        "strength": 0.5,
        "steps": 20,
        "look": "warm",
        "fade": False,
        "grain": {"seed": 0},
    }


def test_explicit_defaults_and_none_given_are_the_same_params() -> None:
    assert film(film({})) == film({})


def film_or_refusal(params: dict[str, Any]) -> Params | InvalidRequest:
    try:
        return film(params)
    except InvalidRequest as error:
        return error


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"strength": 1.5}, "/params/strength"),
        ({"strength": float("nan")}, "/params/strength"),
        ({"strength": "1"}, "/params/strength"),
        ({"steps": True}, "/params/steps"),
        ({"steps": 2.5}, "/params/steps"),
        ({"fade": 1}, "/params/fade"),
        ({"look": "hot"}, "/params/look"),
        ({"grain": {"seed": None}}, "/params/grain/seed"),
        ({"grain": []}, "/params/grain"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_converted(
    params: dict[str, Any], pointer: str
) -> None:
    error = refused(params)
    assert type(error) is InvalidRequest
    assert [each.pointer for each in error.errors] == [pointer]
    assert error.detail == error.errors[0].detail


def test_every_wrong_field_is_listed() -> None:
    error = refused({"strength": 2, "steps": 0, "look": None})
    assert {each.pointer for each in error.errors} == {
        "/params/strength",
        "/params/steps",
        "/params/look",
    }
    assert error.detail == InvalidRequest.title()


def test_a_misspelt_field_comes_with_the_right_name() -> None:
    error = refused({"strenght": 0.5, "steps": 0})
    assert isinstance(error, UnknownField)
    [unknown] = [each for each in error.errors if each.code == "unknown_field"]
    assert unknown.pointer == "/params/strenght"
    assert unknown.detail == "No field is named 'strenght'. Did you mean 'strength'?"


def test_a_name_like_no_other_comes_without_a_guess() -> None:
    assert refused({"zzz": 1}).detail == "No field is named 'zzz'."


def test_nested_objects_are_closed_too() -> None:
    [error] = refused({"grain": {"size": 3}}).errors
    assert error.pointer == "/params/grain/size"
    assert error.code == "unknown_field"


def test_pointers_are_escaped() -> None:
    assert refused({"a/b~c": 1}).errors[0].pointer == "/params/a~1b~0c"


def test_list_items_are_pointed_at_by_index() -> None:
    with pytest.raises(InvalidRequest) as caught:
        params_validator(Titled)({"title": "x", "tags": ["a", 1]})
    assert [each.pointer for each in caught.value.errors] == ["/params/tags/1"]


def test_a_missing_field_is_pointed_at() -> None:
    with pytest.raises(InvalidRequest) as caught:
        params_validator(Titled)({})
    [error] = caught.value.errors
    assert (error.pointer, error.code) == ("/params/title", "missing")


def test_a_flood_of_wrong_fields_is_answered_shortly() -> None:
    assert len(refused({f"field-{n}": n for n in range(500)}).errors) == MAX_ERRORS


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.text() | st.sampled_from([*Film.model_fields]), JSON, max_size=5))
def test_anything_is_either_completed_or_refused_by_field(params: dict[str, Any]) -> None:
    outcome = film_or_refusal(params)
    if isinstance(outcome, InvalidRequest):
        assert outcome.errors
        assert all(each.pointer.startswith("/params/") for each in outcome.errors)
    else:
        assert set(params) <= set(outcome) == set(Film.model_fields)
        assert film(outcome) == outcome


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.text(), JSON, min_size=1, max_size=3))
def test_no_params_knows_no_field(params: dict[str, Any]) -> None:
    assert params_validator(NoParams)({}) == {}
    with pytest.raises(UnknownField) as caught:
        params_validator(NoParams)(params)
    assert len(caught.value.errors) == len(params)


def test_the_schema_is_closed_json() -> None:
    schema = params_schema(Film)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Grain"]["additionalProperties"] is False
    assert schema["properties"]["strength"]["maximum"] == 1
    assert params_schema(NoParams)["properties"] == {}


def test_only_what_is_sent_counts_not_how_the_model_is_configured() -> None:
    class Lax(BaseModel):
        model_config = ConfigDict(extra="allow", strict=False)
        steps: int = Field(default=1, alias="numSteps")

    validate = params_validator(Lax)
    assert validate({"numSteps": 3}) == {"numSteps": 3}
    assert params_schema(Lax)["additionalProperties"] is False
    with pytest.raises(UnknownField, match="Did you mean 'numSteps'"):
        validate({"numsteps": 3})
    with pytest.raises(InvalidRequest):
        validate({"numSteps": "3"})
