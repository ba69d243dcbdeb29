"""What every key store answers."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest

from domain.model.api_key import ApiKey, Role
from ports.key_store import KeyStore

NOW = 1_800_000_000.0

_numbers = count(1)


def key(user_id: str = "ada", **facts: object) -> ApiKey:
    number = next(_numbers)
    made = ApiKey(
        key_id=f"{number:016x}", digest=f"{number:064x}", tenant="acme", user_id=user_id,
        role=Role.PAID, scopes=("tasks:read", "tasks:write"), created_at=NOW + number,
        expires_at=NOW + 1000.5, per_second=30, per_minute=None, daily_tasks=7,
    )  # fmt: skip
    return replace(made, **facts)


class KeyStoreClauses:
    """The binding gives the fixtures `keys`, an empty store, and `other`: the same store as another
    process of the service sees it."""

    pytestmark = pytest.mark.anyio

    async def test_01_a_key_is_found_in_every_field(self, keys: KeyStore) -> None:
        kept = key(revoked_at=NOW)
        assert await keys.insert(kept)
        assert await keys.get(kept.key_id) == kept

    @pytest.mark.parametrize("key_id", ["", "0" * 16, "\u00e9", "a\0b"])
    async def test_02_what_was_never_given_out_is_absent(self, keys: KeyStore, key_id: str) -> None:
        await keys.insert(key())
        assert await keys.get(key_id) is None

    async def test_03_an_id_is_given_out_once(self, keys: KeyStore) -> None:
        first = key()
        twins = [first, *(replace(first, user_id=f"user{n}") for n in range(5))]
        answers = await asyncio.gather(*(keys.insert(twin) for twin in twins))
        assert sum(answers) == 1
        assert await keys.get(first.key_id) == twins[answers.index(True)]

    async def test_04_the_newest_is_listed_first(self, keys: KeyStore) -> None:
        made = [key(), key("bob"), key()]
        for each in (made[1], made[2], made[0]):
            await keys.insert(each)
        assert list(await keys.list()) == list(reversed(made))

    async def test_05_a_revoked_key_is_kept_as_such(self, keys: KeyStore) -> None:
        kept = key()
        await keys.insert(kept)
        revoked = await keys.revoke(kept.key_id, NOW)
        assert revoked == replace(kept, revoked_at=NOW)
        assert await keys.get(kept.key_id) == revoked
        assert list(await keys.list()) == [revoked]

    async def test_06_it_stays_revoked_since_the_first_time(self, keys: KeyStore) -> None:
        kept = key()
        await keys.insert(kept)
        first = await keys.revoke(kept.key_id, NOW)
        assert await keys.revoke(kept.key_id, NOW + 5) == first

    async def test_07_an_unknown_key_is_not_revoked(self, keys: KeyStore) -> None:
        assert await keys.revoke("0" * 16, NOW) is None
        assert list(await keys.list()) == []

    async def test_08_what_one_process_does_counts_for_all_at_once(
        self, keys: KeyStore, other: KeyStore
    ) -> None:
        kept = key()
        await keys.insert(kept)
        assert await other.get(kept.key_id) == kept
        revoked = await other.revoke(kept.key_id, NOW)
        assert await keys.get(kept.key_id) == revoked
