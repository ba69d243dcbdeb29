"""JSON as short and as fast as it goes: a submit spells four documents, each write of a row two."""

import json
from typing import Any

import orjson

_spelt = json.JSONEncoder(separators=(",", ":")).encode


def compact_json(value: Any) -> bytes:
    """`value` in UTF-8, without spaces. What the fast library refuses, numbers beyond 64 bits and
    lone surrogates, is spelt all the same; JSON has no NaN and no infinity: they become null."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return _spelt(value).encode()
