import json
from typing import Any

import pytest

from adapters.compact_json import compact_json


@pytest.mark.parametrize(
    "value",
    [{"a": [1, 2.5, None, True], "b": "é\u2028"}, 2**70, -(2**63) - 1, "\ud800", [], ""],
    ids=["plain", "large", "far below 0", "lone surrogate", "empty list", "empty text"],
)
def test_what_is_spelt_can_be_read(value: Any) -> None:
    assert json.loads(compact_json(value)) == value


def test_there_are_no_spaces_in_it() -> None:
    assert compact_json({"a": [1, 2], "b": 2**70}) == b'{"a":[1,2],"b":%d}' % 2**70
    assert compact_json({"a": [1, 2]}) == b'{"a":[1,2]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_in_json_is_null(value: float) -> None:
    assert compact_json([value]) == b"[null]"
