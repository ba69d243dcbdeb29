"""One tree, one catalogue: what every error promises the person who reads it."""

import re
from collections.abc import Iterator

import pytest

from domain.model import errors
from domain.model.errors import DarkroomError, FetchFailed, FieldError, TaskNotFound


def tree(root: type[DarkroomError]) -> Iterator[type[DarkroomError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


ALL = [kind for kind in tree(DarkroomError) if kind.__module__.startswith(errors.__name__)]
GROUPS = [kind for kind in ALL if kind.__subclasses__() and "code" not in vars(kind)]
CONCRETE = [kind for kind in ALL if kind not in GROUPS and kind is not DarkroomError]
DRAWN = (errors.__doc__ or "").partition("    DarkroomError\n")[2]


def test_each_concrete_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in CONCRETE]
    assert all("code" in vars(kind) for kind in CONCRETE)
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_error_says_what_happened_and_what_to_do(kind: type[DarkroomError]) -> None:
    assert vars(kind).get("__doc__"), "its own, not the parent's"
    error = kind()
    assert str(error) == error.detail == kind.title()
    assert "\n" not in kind.title()
    assert kind.title().endswith(".")
    assert error.hint == kind.remedy
    assert kind.remedy.endswith(".")
    assert error.retryable is kind.transient


@pytest.mark.parametrize("kind", CONCRETE, ids=lambda kind: kind.__name__)
def test_each_concrete_error_has_a_remedy_of_its_own(kind: type[DarkroomError]) -> None:
    assert "remedy" in vars(kind)


def test_the_drawn_tree_names_every_error_once_and_no_other() -> None:
    drawn = re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b|\bUnavailable\b|\bOverloaded\b", DRAWN)
    named = [kind.__name__ for kind in ALL if kind is not DarkroomError]
    assert sorted(drawn) == sorted(named)


def test_the_drawn_tree_puts_every_error_under_its_group() -> None:
    lines = {name: line for line in _branches() for name in re.findall(r"\w+", line)}
    for kind in CONCRETE:
        group = next(parent for parent in kind.__mro__[1:] if parent.__base__ is DarkroomError)
        assert lines[kind.__name__] == lines[group.__name__]


def _branches() -> list[str]:
    """The drawing, one entry a direct child of the root."""
    return re.split(r"\n    [├└]── ", "\n" + DRAWN)[1:]


def test_an_occurrence_overrides_its_class() -> None:
    field = FieldError("/input", "code", "detail")
    error = FetchFailed("404.", remedy="Look.", retryable=False, retry_after_s=3, errors=[field])
    assert (error.detail, error.hint, error.retryable) == ("404.", "Look.", False)
    assert (error.retry_after_s, error.errors) == (3, (field,))


def test_what_our_side_causes_is_transient_and_what_stays_wrong_is_not() -> None:
    assert all(kind.transient for kind in tree(errors.Unavailable))
    assert not any(kind.transient for kind in tree(errors.InvalidRequest))
    assert not any(kind.transient for kind in tree(errors.GaveUp))


def test_an_error_is_caught_by_what_can_mend_it() -> None:
    with pytest.raises(errors.CallerFault):
        raise TaskNotFound
