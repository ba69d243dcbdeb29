"""No label value without a bound."""

import pytest

from adapters.telemetry.closed_labels import OTHER, first_seen, one_of, retry_reasons


def test_what_is_not_known_is_other() -> None:
    label = one_of(["GET", "POST"])
    assert [label(value) for value in ("GET", "BREW", "")] == ["GET", OTHER, OTHER]


def test_the_first_values_stay_and_the_rest_is_other() -> None:
    label = first_seen(room=2)
    assert [label(value) for value in "abcab"] == ["a", "b", OTHER, "a", "b"]


@pytest.mark.parametrize("value", ["x" * 101, "\ud800", "é"])
def test_a_value_that_can_come_from_no_code_of_ours_takes_no_room(value: str) -> None:
    label = first_seen(room=1)
    assert [label(value), label("a")] == [OTHER, "a"]


def test_reasons_are_the_codes_that_are_ever_retried() -> None:
    assert {"lease_lost", "fetch_failed", "gpu_oom", "internal_error"} <= retry_reasons()
    assert not {"image_corrupt", "url_not_allowed", "unknown_model"} & retry_reasons()
