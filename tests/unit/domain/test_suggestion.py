"""Did you mean …?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.suggestion import escape_pointer, unknown_field

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("strenght", "Unknown field 'strenght'. Did you mean 'strength'?"),
        ("zzz", "Unknown field 'zzz'. Known: strength, tile_px."),
    ],
)
def test_the_nearest_spelling_or_all_of_them(name: str, detail: str) -> None:
    error = unknown_field("/params", name, {"tile_px", "strength"})
    assert (error.pointer, error.code, error.detail) == (f"/params/{name}", "unknown_field", detail)


def test_a_model_without_fields_says_so() -> None:
    assert unknown_field("/params", "x", ()).detail == "Unknown field 'x'. Known: none."


def test_a_pointer_is_escaped_by_rfc_6901() -> None:
    assert escape_pointer("a/b~c") == "a~1b~0c"
    assert unknown_field("", "a/b", ()).pointer == "/a~1b"


def test_a_name_without_end_is_cut() -> None:
    error = unknown_field("/input", "x" * 1_000_000, ("image_url",))
    assert len(error.pointer) + len(error.detail) < 250


@given(ANY_TEXT, st.lists(st.text(min_size=1), max_size=3))
def test_any_name_can_be_answered(name: str, known: list[str]) -> None:
    """Lone surrogates, quotes and control characters included."""
    error = unknown_field("/input", name, known)
    assert error.pointer.encode().startswith(b"/input/")
    assert error.pointer.count("/") == 2
