"""The strict JSON reader, by itself."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.model.errors import InvalidRequest
from domain.model.json_value import Json
from entrypoints.http.json_body import MAX_DEPTH, MAX_PARTS, as_object, parse_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def parse_object(body: bytes) -> dict[str, Json]:
    return as_object(parse_value(body))


@settings(max_examples=50)
@given(st.dictionaries(st.text(), JSON, max_size=4), st.booleans())
def test_what_any_other_parser_reads_is_read_the_same(
    value: dict[str, object], ascii_only: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse_object(text.encode()) == value


@given(st.binary() | st.text(alphabet='{}[]",:\\u0123dD8 \n').map(str.encode))
def test_any_bytes_are_an_object_or_an_invalid_request(body: bytes) -> None:
    try:
        found: object = parse_object(body)
    except InvalidRequest as error:
        found = {wrong.pointer: wrong.code for wrong in error.errors}
    assert isinstance(found, dict)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "line 1, column 1"),
        (b'{"a":\n  ]', "line 2, column 3"),
        (b"{} {}", "Extra data"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b'{"a": "\xff"}', "byte 7 is wrong"),
        (json.dumps({"a": 1}).encode("utf-16"), "not UTF-8"),
        (b"[1]", "has to be a JSON object"),
        (b'"text"', "has to be a JSON object"),
        (b"null", "has to be a JSON object"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": [-Infinity]}', "-Infinity is not JSON"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": ' + b"9" * 5000 + b"}", "more than 19 digits"),
        (b'{"a": {"b": 1, "b": 2}}', "'b' occurs twice"),
        (rb'{"a": 1, "\u0061": 2}', "'a' occurs twice"),
        (rb'{"a": ["\ud800"]}', "U+D800"),
        (rb'{"\uDFff": 1}', "U+DFFF"),
        (b'{"a": "\n"}', "control character"),
        (b'{"a": "\x00"}', "control character"),
        (b'{"a": "\\x"}', "escape"),
        (b'{"a": "', "Unterminated string"),
        (b"{'a': 1}", "column 2"),
        (b'{"a": 1,}', "column"),
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(told)):
        parse_object(body)


def test_a_surrogate_pair_is_a_character() -> None:
    assert parse_object(rb'{"a": "\ud83d\ude00"}') == {"a": "😀"}


def test_an_escaped_backslash_before_u_is_no_surrogate() -> None:
    assert parse_object(rb'{"a": "\\ud800"}') == {"a": r"\ud800"}


def test_depth_is_counted_outside_strings_only() -> None:
    text = json.dumps({"a": "[" * 100 + '\\"{'})
    assert parse_object(text.encode()) == json.loads(text)


def test_the_deepest_allowed_and_one_more() -> None:
    fits = b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1)
    assert "a" in parse_object(fits)
    with pytest.raises(InvalidRequest, match="nested deeper"):
        parse_object(b'{"a":' + fits + b"}")


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'["a",'])
def test_depth_without_end_needs_no_stack(opening: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"nested deeper|more than"):
        parse_object(opening * 100_000)
    with pytest.raises(InvalidRequest, match="nested deeper"):
        parse_object(opening * 10_000)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":[' + b"[]," * MAX_PARTS + b"[]]}",
        b'{"a":' + b'""' * 8 * MAX_PARTS + b"}",
    ],
)
def test_a_body_of_nothing_but_marks_is_refused_before_it_is_built(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="more than"):
        parse_object(body)


def test_an_unclosed_string_of_quotes_costs_one_pass() -> None:
    """A pattern that began again at each quote would take hours here."""
    with pytest.raises(InvalidRequest, match="Unterminated"):
        parse_object(b'{"a": "' + rb"\"" * 300_000)
