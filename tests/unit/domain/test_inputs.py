"""Every wrong `input` gets an answer that says which field and why."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.errors import (
    BodyTooLarge,
    CallerFault,
    FieldError,
    InvalidRequest,
    UnknownField,
    UnsupportedImageFormat,
)
from domain.model.inputs import KNOWN, MAX_TEXT_CHARS, MAX_UNKNOWN, Inputs, read_inputs
from domain.model.model_spec import ModelSpec

PNG = b"\x89PNG\r\n\x1a\n" + bytes(22)
PNG64 = base64.b64encode(PNG).decode()
URL = "https://example.com/a.png"
MAX_BYTES = 300

UPSCALE = ModelSpec(name="upscale", description="Makes pictures larger.")
INPAINT = ModelSpec(
    name="inpaint",
    description="Fills a hole.",
    needs=frozenset({"image", "mask", "prompt", "negative_prompt"}),
)

PAINT = ModelSpec(
    name="paint",
    description="From nothing, over an image, within a mask.",
    needs=frozenset({"prompt"}),
    takes=frozenset({"negative_prompt", "image", "mask"}),
)


def read(body: Mapping[str, Any], spec: ModelSpec = UPSCALE, max_bytes: int = MAX_BYTES) -> Inputs:
    return read_inputs(body, spec, max_bytes)


def refused(body: Mapping[str, Any], spec: ModelSpec = UPSCALE) -> dict[str, FieldError]:
    """What is wrong with `body`, by pointer."""
    with pytest.raises(InvalidRequest) as caught:
        read(body, spec)
    assert caught.value.detail
    return {error.pointer: error for error in caught.value.errors}


def test_a_picture_is_an_address_or_a_file() -> None:
    assert read({"image_url": URL}) == Inputs({"image": URL}, {}, {})
    assert read({"image_base64": PNG64}) == Inputs({}, {"image": PNG}, {})


def test_null_is_the_same_as_nothing() -> None:
    body = {"image_url": URL, "image_base64": None, "mask_url": None, "prompt": None}
    assert read(body) == read({"image_url": URL})


def test_each_role_of_the_model_is_read() -> None:
    body = {"image_url": URL, "mask_base64": PNG64, "prompt": "a cat", "negative_prompt": ""}
    texts = {"prompt": "a cat", "negative_prompt": ""}
    assert read(body, INPAINT) == Inputs({"image": URL}, {"mask": PNG}, texts)


@pytest.mark.parametrize(
    ("body", "state"), [({"image_url": URL, "image_base64": PNG64}, "both"), ({}, "neither")]
)
def test_both_or_neither_is_one_too_many_or_too_few(body: dict[str, str], state: str) -> None:
    wrong = refused(body)
    assert list(wrong) == ["/input/image_url"]
    assert wrong["/input/image_url"].code == "one_of"
    assert state in wrong["/input/image_url"].detail


def test_a_text_the_model_needs_is_missed() -> None:
    wrong = refused({"image_url": URL, "mask_url": URL}, INPAINT)
    assert {pointer: error.code for pointer, error in wrong.items()} == {"/input/prompt": "missing"}


@pytest.mark.parametrize("name", ["mask_url", "control_image_base64", "prompt", "negative_prompt"])
def test_what_the_model_does_not_take_is_not_dropped_in_silence(name: str) -> None:
    wrong = refused({"image_url": URL, name: "x"})
    assert {pointer: error.code for pointer, error in wrong.items()} == {
        f"/input/{name}": "not_taken"
    }
    assert "upscale" in wrong[f"/input/{name}"].detail


def test_an_unknown_field_is_named_with_the_nearest_spelling() -> None:
    with pytest.raises(UnknownField, match="Did you mean 'image_url'") as caught:
        read({"image_ulr": URL})
    assert [error.pointer for error in caught.value.errors] == ["/input/image_ulr"]


def test_many_unknown_fields_are_not_all_looked_up() -> None:
    """A body of megabytes holds a million of them, and each look-up costs time."""
    with pytest.raises(UnknownField) as caught:
        read({f"x{n}": 0 for n in range(MAX_UNKNOWN * 10)})
    assert len(caught.value.errors) == MAX_UNKNOWN


@pytest.mark.parametrize("value", [5, 1.5, True, False, [], {}, ["a"], {"url": URL}])
@pytest.mark.parametrize("name", ["image_url", "image_base64"])
def test_what_is_no_string_is_refused(name: str, value: object) -> None:
    assert refused({name: value})[f"/input/{name}"].code == "type"


def test_every_wrong_field_is_named_at_once() -> None:
    wrong = refused({"image_url": 5, "mask_url": URL, "prompt": "x"})
    assert set(wrong) == {"/input/image_url", "/input/mask_url", "/input/prompt"}


@pytest.mark.parametrize("name", ["image_url", "image_base64", "prompt", "negative_prompt"])
def test_lone_surrogates_are_no_text(name: str) -> None:
    """JSON lets them in as escapes, and nothing behind the gateway could store or send them."""
    given_image = {} if name.startswith("image") else {"image_url": URL}
    body = {"mask_url": URL, "prompt": "a cat", **given_image, name: "a \ud800 cat"}
    wrong = refused(body, INPAINT)
    assert {pointer: error.code for pointer, error in wrong.items()} == {f"/input/{name}": "text"}


def test_emoji_are_text() -> None:
    body = {"image_url": URL, "mask_url": URL, "prompt": "\U0001f600"}
    assert read(body, INPAINT).texts == {"prompt": "\U0001f600"}


@pytest.mark.parametrize(
    "head", ["data:image/png;base64,", "data:;base64,", "data:x/y;a=b;base64,"]
)
def test_a_data_address_is_read_like_its_base64(head: str) -> None:
    assert read({"image_base64": head + PNG64}).files == {"image": PNG}


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png," + PNG64,
        "data:image/png;base64",
        "data:",
        "not base64!",
        PNG64[:-1],
        PNG64[:8] + "\n" + PNG64[8:],
        " " + PNG64,
        PNG64 + "é",
        PNG64[:-2] + "-_",
    ],
    ids=["no base64 mark", "no comma", "no head", "odd characters", "cut off", "line break",
         "blank", "not ASCII", "url-safe alphabet"],
)  # fmt: skip
def test_broken_base64_is_refused(text: str) -> None:
    assert refused({"image_base64": text})["/input/image_base64"].code in {"base64", "format"}


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(20), b"<svg/>", b"\xff\xd8", bytes(64)])
def test_what_is_no_picture_is_refused_by_its_first_bytes(data: bytes) -> None:
    with pytest.raises(UnsupportedImageFormat) as caught:
        read({"image_base64": base64.b64encode(data).decode()})
    assert [error.pointer for error in caught.value.errors] == ["/input/image_base64"]


def test_the_size_limit_is_exact() -> None:
    assert read({"image_base64": PNG64}, max_bytes=len(PNG)).files == {"image": PNG}
    with pytest.raises(BodyTooLarge, match="image_base64 is larger than 29 bytes"):
        read({"image_base64": PNG64}, max_bytes=len(PNG) - 1)


def test_what_is_far_too_large_is_not_even_decoded() -> None:
    with pytest.raises(BodyTooLarge):
        read({"image_base64": "!" * 4 * MAX_BYTES})


TEXT = st.text(st.characters(exclude_categories=())) | st.just(PNG64) | st.just(URL)
VALUES = st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=2)


@given(st.dictionaries(st.sampled_from(KNOWN) | TEXT, VALUES, max_size=5), st.booleans())
def test_anything_is_read_or_refused_as_the_callers_fault(
    body: dict[str, Any], inpaint: bool
) -> None:
    spec = INPAINT if inpaint else UPSCALE
    try:
        inputs = read(body, spec)
    except CallerFault as error:
        told = (error.detail, error.hint, *(e.pointer + e.detail for e in error.errors))
        assert "".join(told).encode(), "an answer that can't be written is a 500"
    else:
        roles = spec.needs & {"image", "mask", "control_image"}
        assert set(inputs.urls) | set(inputs.files) == roles
        assert not set(inputs.urls) & set(inputs.files)


@pytest.mark.parametrize("roles", [(), ("image",), ("image", "mask")])
def test_what_a_model_takes_besides_may_stay_away(roles: tuple[str, ...]) -> None:
    body = {"prompt": "a cat", **{f"{role}_url": URL for role in roles}}
    assert read(body, PAINT) == Inputs(dict.fromkeys(roles, URL), {}, {"prompt": "a cat"})


def test_what_a_model_takes_besides_comes_one_way_only() -> None:
    wrong = refused({"prompt": "a cat", "image_url": URL, "image_base64": PNG64}, PAINT)
    assert {pointer: error.code for pointer, error in wrong.items()} == {
        "/input/image_url": "one_of"
    }


def test_a_mask_needs_an_image_to_lie_over() -> None:
    wrong = refused({"prompt": "a cat", "mask_url": URL}, PAINT)
    assert list(wrong) == ["/input/image_url"]
    assert "needs an image" in wrong["/input/image_url"].detail


@pytest.mark.parametrize("prompt", ["", "  ", "\n\t"])
def test_an_empty_prompt_says_nothing(prompt: str) -> None:
    wrong = refused({"prompt": prompt}, PAINT)
    assert {pointer: error.code for pointer, error in wrong.items()} == {"/input/prompt": "empty"}
    assert read({"prompt": "a cat", "negative_prompt": prompt}, PAINT)


@pytest.mark.parametrize("role", ["prompt", "negative_prompt"])
def test_a_text_has_an_end(role: str) -> None:
    body = {"prompt": "a cat", role: "x" * MAX_TEXT_CHARS}
    assert read(body, PAINT)
    wrong = refused({**body, role: "x" * (MAX_TEXT_CHARS + 1)}, PAINT)
    assert wrong[f"/input/{role}"].code == "too_long"
