"""What every key store answers."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.model.principal import Principal
from ports.key_store import KeyStore

KEYS = (("acme", "key-of-acme"), ("acme", "second-key-of-acme"), ("zeta", "key-of-zeta"))

many = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class KeyStoreClauses:
    """The binding gives a fixture `keys`: a store that holds KEYS and no other."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize(("tenant", "key"), KEYS)
    async def test_01_a_key_names_its_tenant(self, keys: KeyStore, tenant: str, key: str) -> None:
        holder = await keys.verify(key)
        assert isinstance(holder, Principal)
        assert holder.tenant == tenant

    async def test_02_each_key_has_its_own_lasting_id(self, keys: KeyStore) -> None:
        first = [await keys.verify(key) for _, key in KEYS]
        again = [await keys.verify(key) for _, key in KEYS]
        assert first == again
        assert len({holder.key_id for holder in first if holder}) == len(KEYS)

    async def test_03_an_id_does_not_reveal_its_key(self, keys: KeyStore) -> None:
        for _, key in KEYS:
            holder = await keys.verify(key)
            assert holder is not None
            assert holder.key_id not in key
            assert key not in repr(holder)

    @many
    @given(presented=st.text() | st.sampled_from([key[:-1] for _, key in KEYS]))
    async def test_04_anything_else_names_nobody(self, keys: KeyStore, presented: str) -> None:
        assert await keys.verify(presented) is None

    @pytest.mark.parametrize(
        "presented",
        ["", " ", "KEY-OF-ACME", "key-of-acme ", "key-of-acme\0", "\ud800", "é" * 10_000],
    )
    async def test_05_near_misses_and_oddities_name_nobody(
        self, keys: KeyStore, presented: str
    ) -> None:
        assert await keys.verify(presented) is None
