"""Accept, Prefer and Idempotency-Key, by themselves."""

import pytest
from starlette.datastructures import Headers

from domain.model.errors import InvalidRequest
from entrypoints.http.accept import JSON, best_of
from entrypoints.http.idempotency_key import idempotency_key, one_key
from entrypoints.http.waiting import preferred_wait_s

PNG = "image/png"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, PNG),
        ("", PNG),
        ("*/*", PNG),
        ("image/*", PNG),
        ("IMAGE/PNG", PNG),
        ("application/json", JSON),
        ("application/*", JSON),
        ("image/*;q=0.5, application/json", JSON),
        ("application/json;q=0.5, image/*", PNG),
        ("application/json, */*;q=0.1", JSON),
        ("text/html,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", PNG),
        ("image/png;q=0, */*", JSON),
        ("image/webp", None),
        ("text/html", None),
        ("*/*;q=0", None),
        ("image/png;q=zero", PNG),
        ("image/png;q=nan", PNG),
        (";;,,=,q=1", PNG),
    ],
)
def test_the_best_suited_type_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert best_of(accept, [PNG, JSON]) == chosen


@pytest.mark.parametrize(
    ("prefer", "wait_s"),
    [
        ("wait=10", 10),
        ("WAIT = 10", 10),
        ('wait="7"', 7),
        ("respond-async, wait=3", 3),
        ("return=minimal; wait=3", 3),
        ("wait=600", 60),
        ("wait=999999999", 60),
        ("wait=0", None),
        ("wait=-1", None),
        ("wait=1.5", None),
        ("wait=ten", None),
        ("wait", None),
        ("await=10", None),
        ("wait=" + "9" * 5000, None),
        ("", None),
    ],
)
def test_a_preferred_wait(prefer: str, wait_s: int | None) -> None:
    assert preferred_wait_s(Headers({"prefer": prefer})) == wait_s


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("abc", "abc"),
        ('"abc"', "abc"),
        (r'"a\"b\\c"', r"a\"b\c".replace(r"\"", '"')),
        ("x" * 255, "x" * 255),
    ],
)
def test_an_idempotency_key_comes_quoted_or_bare(header: str, key: str) -> None:
    assert idempotency_key(Headers({"idempotency-key": header})) == key


@pytest.mark.parametrize("header", ["", '""', "a b", "x" * 256, "tab\there", "\xe9"])
def test_what_is_no_idempotency_key(header: str) -> None:
    with pytest.raises(InvalidRequest, match="visible ASCII"):
        idempotency_key(Headers(raw=[(b"idempotency-key", header.encode("latin-1"))]))


def test_two_idempotency_keys_that_differ_are_none() -> None:
    with pytest.raises(InvalidRequest, match="one string"):
        idempotency_key(Headers(raw=[(b"idempotency-key", b"a"), (b"idempotency-key", b"b")]))


def test_header_and_body_may_both_name_the_request() -> None:
    assert (one_key("a", "a"), one_key("a", None), one_key(None, "a")) == ("a", "a", "a")
    assert one_key(None, None) is None
    with pytest.raises(InvalidRequest, match="differ"):
        one_key("a", "b")
