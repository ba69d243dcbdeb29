"""Two spellings of one request are one request; two requests are two."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.model.idempotency import fingerprint
from domain.model.model_spec import ModelSpec, Params
from domain.model.output import OutputOptions, Watermark
from domain.model.priority import Priority
from domain.model.request import Source, TaskRequest

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def with_defaults(params: Params) -> Params:
    return {"strength": 1, "tile_px": 256, **params}


SPEC = ModelSpec(name="echo", description="Gives back what it is given.", validate=with_defaults)
REQUEST = TaskRequest(
    model="echo",
    pictures={"image": Source(url="https://example.com/a.png")},
    texts={"prompt": "a cat"},
    params={"strength": 1},
    client_request_id="c-1",
    ttl_s=60,
    metadata={"album": {"name": "A"}},
)


def sent(body: str) -> str:
    """The fingerprint of a request whose params the client spelled like this."""
    return fingerprint(TaskRequest(model="echo", params=SPEC.validate(json.loads(body))))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
        ('{"a": {"x": [1], "y": null}}', '{ "a" : {"y":null,"x":[ 1 ]} }'),
        (r'{"a": "\u0041\/"}', '{"a": "A/"}'),
        (r'{"\u0061": "\ud83d\ude00"}', '{"a": "😀"}'),
        ('{"a": 1.0}', '{"a": 1}'),
        ('{"a": [1e3, -0.0]}', '{"a": [1000, 0]}'),
        ('{"a": 0.10}', '{"a": 1e-1}'),
        ("{}", '{"strength": 1, "tile_px": 256}'),
        ('{"tile_px": 256.0}', '{"strength": 1.0}'),
    ],
    ids=["key order", "white space", "escapes", "escaped keys", "whole floats", "exponents",
         "fractions", "explicit defaults", "defaults as floats"],
)  # fmt: skip
def test_spelling_does_not_matter(one: str, other: str) -> None:
    assert sent(one) == sent(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": 1}', '{"a": true}'),
        ('{"a": 0}', '{"a": false}'),
        ('{"a": null}', "{}"),
        ('{"a": []}', '{"a": {}}'),
        ('{"a": [1, 2]}', '{"a": [2, 1]}'),
        ('{"a": "x"}', '{"a": "X"}'),
        ('{"a": "é"}', r'{"a": "e\u0301"}'),
        ('{"a": 1}', '{"a": 1.5}'),
        ('{"a": {"b": 1}}', '{"a.b": 1}'),
        ("{}", '{"tile_px": 128}'),
    ],
)
def test_meaning_does(one: str, other: str) -> None:
    assert sent(one) != sent(other)


@pytest.mark.parametrize("client_request_id", [None, "", "c-2"])
def test_the_client_request_id_is_left_out(client_request_id: str | None) -> None:
    other = replace(REQUEST, client_request_id=client_request_id)
    assert fingerprint(other) == fingerprint(REQUEST)


CHANGES: dict[str, dict[str, Any]] = {
    "model": {"model": "echo-2"},
    "another address": {"pictures": {"image": Source(url="https://example.com/b.png")}},
    "another role": {"pictures": {"mask": Source(url="https://example.com/a.png")}},
    "inline": {"pictures": {"image": Source(blob="inputs/a/b/image", sha256="aa")}},
    "no picture": {"pictures": {}},
    "texts": {"texts": {"prompt": "a dog"}},
    "text role": {"texts": {"negative_prompt": "a cat"}},
    "params": {"params": {"strength": 2}},
    "format": {"output": OutputOptions(format="webp")},
    "quality": {"output": OutputOptions(quality=80)},
    "thumbnail": {"output": OutputOptions(thumbnail=False)},
    "upscale": {"output": OutputOptions(upscale=2)},
    "background": {"output": OutputOptions(background=(0, 0, 0))},
    "watermark": {"output": OutputOptions(watermark=Watermark(text="a"))},
    "its text": {"output": OutputOptions(watermark=Watermark(text="b"))},
    "its place": {"output": OutputOptions(watermark=Watermark(text="a", position="center"))},
    "its logo": {"pictures": {**REQUEST.pictures, "watermark": Source(blob="b", sha256="bb")}},
    "priority": {"priority": Priority.HIGH},
    "callback": {"callback_url": "https://example.com/hook"},
    "webhook events": {"webhook_events": ("task.started",)},
    "ttl": {"ttl_s": 61},
    "no ttl": {"ttl_s": None},
    "metadata": {"metadata": {"album": {"name": "B"}}},
}


def test_every_other_field_counts() -> None:
    prints = {name: fingerprint(replace(REQUEST, **change)) for name, change in CHANGES.items()}
    prints["unchanged"] = fingerprint(REQUEST)
    assert len(set(prints.values())) == len(prints)
    named = {field for change in CHANGES.values() for field in change}
    assert named == set(TaskRequest.__dataclass_fields__) - {"client_request_id"}


def test_an_inline_picture_stands_by_its_digest_and_not_by_where_it_lies() -> None:
    def inline(blob: str, sha256: str) -> str:
        source = Source(blob=blob, sha256=sha256)
        return fingerprint(replace(REQUEST, pictures={"image": source}))

    assert inline("inputs/acme/1/image", "aa") == inline("inputs/acme/2/image", "aa")
    assert inline("inputs/acme/1/image", "aa") != inline("inputs/acme/1/image", "bb")


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_it_survives_any_round_trip_through_json(metadata: Mapping[str, Any]) -> None:
    """Sorted, escaped, indented: another client library, the same request."""
    text = json.dumps(metadata, sort_keys=True, indent=1, ensure_ascii=True)
    again = json.loads(text)
    shuffled = dict(reversed(again.items()))
    expected = fingerprint(replace(REQUEST, metadata=metadata))
    assert fingerprint(replace(REQUEST, metadata=shuffled)) == expected


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_any_text_a_client_can_send_has_one(text: str) -> None:
    """Lone surrogates included: JSON lets them in as escapes."""
    digest = fingerprint(replace(REQUEST, metadata={"note": text}))
    assert len(digest) == 64
    assert digest != fingerprint(replace(REQUEST, metadata={"note": text + "."}))


def test_deep_metadata_has_one() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"in": [deep]}
    assert len(fingerprint(replace(REQUEST, metadata=deep))) == 64


def test_a_request_of_an_older_release_keeps_its_print() -> None:
    """It knew no `webhook_events`; a submit repeated across an upgrade has to find its task."""
    before = "310a6ab4e2727463ace31a9a7eddc2e31a3f3d3b3271f0187d4125a039148740"
    assert fingerprint(TaskRequest(model="echo")) == before
