import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.api_key import (
    RANDOM_BYTES,
    ApiKey,
    Role,
    digest_of,
    judge,
    minted,
    named_in,
    opens,
)
from domain.model.errors import ApiKeyExpired, ApiKeyRevoked

randoms = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)
SHAPE = re.compile(r"dk_live_[0-9a-f]{16}_[0-9A-Za-z]{43}[0-9A-Za-z]{6}")


def kept(text: str, key_id: str, **facts: object) -> ApiKey:
    key = ApiKey(key_id=key_id, digest=digest_of(text), tenant="acme", user_id="ada",
                 role=Role.FREE, scopes=(), created_at=0, expires_at=100)  # fmt: skip
    return replace(key, **facts)


@given(randoms)
def test_a_key_has_its_shape_names_its_id_and_opens(random: bytes) -> None:
    key_id, text = minted(random)
    assert SHAPE.fullmatch(text)
    assert named_in(text) == key_id
    assert opens(kept(text, key_id), text)
    assert text not in repr(kept(text, key_id))


@given(randoms, randoms)
def test_different_chances_are_different_keys(one: bytes, other: bytes) -> None:
    assert (minted(one) == minted(other)) == (one == other)


@given(randoms, st.integers(8, 72), st.sampled_from("0aZ_~"))
def test_a_mistyped_letter_is_told_without_a_store(random: bytes, at: int, letter: str) -> None:
    _, text = minted(random)
    wrong = text[:at] + letter + text[at + 1 :]
    assert (named_in(wrong) is None) == (wrong != text)


@given(st.text())
def test_anything_else_is_no_key(text: str) -> None:
    assert named_in(text) is None


@given(randoms, randoms)
def test_another_secret_does_not_open(one: bytes, other: bytes) -> None:
    key_id, text = minted(one)
    _, guess = minted(one[:8] + other[8:])
    assert named_in(guess) == key_id
    assert opens(kept(text, key_id), guess) == (text == guess)
    assert not opens(None, text)


def test_a_key_ends_when_it_expires_or_is_revoked() -> None:
    key = kept("k", "0")
    judge(key, 99.9)
    with pytest.raises(ApiKeyExpired):
        judge(key, 100)
    judge(replace(key, revoked_at=50), 49)
    with pytest.raises(ApiKeyRevoked):
        judge(replace(key, revoked_at=50), 50)
