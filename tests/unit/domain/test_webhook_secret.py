"""Secrets of tenants: their form, and how one follows another."""

import pytest

from domain.model.webhook_secret import TenantSecrets, as_secret, is_secret, rotated, shown

NOW = 1_700_000_000.0


@pytest.mark.parametrize("length", [24, 32, 64])
def test_what_is_made_is_of_the_right_form(length: int) -> None:
    assert is_secret(as_secret(bytes(length)))


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "secret", as_secret(bytes(23)), as_secret(bytes(65)), "whsec_%%%", "whsec_é",
     as_secret(bytes(32)).removeprefix("whsec_")],
)  # fmt: skip
def test_anything_else_is_not(text: str) -> None:
    assert not is_secret(text)


def test_after_a_rotation_both_sign_until_the_old_one_is_over() -> None:
    secrets = rotated(TenantSecrets(current="one"), "two", NOW, 60.0)
    assert secrets.live(NOW) == ("two", "one")
    assert secrets.live(NOW + 59.999) == ("two", "one")
    assert secrets.live(NOW + 60.0) == ("two",)
    assert secrets.shown
    assert secrets.revision == 2


def test_there_are_never_more_than_two() -> None:
    twice = rotated(rotated(TenantSecrets(current="one"), "two", NOW, 60), "three", NOW, 60)
    assert twice.live(NOW) == ("three", "two")


def test_showing_changes_only_that() -> None:
    assert shown(TenantSecrets(current="one")) == TenantSecrets(
        current="one", shown=True, revision=2
    )
