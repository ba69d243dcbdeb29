"""What every store of tenants' secrets keeps."""

import asyncio
from dataclasses import replace

import pytest

from domain.model.webhook_secret import TenantSecrets, rotated
from ports.secret_store import SecretStore

FIRST = TenantSecrets(current="whsec_Zmlyc3Q=")


class SecretStoreClauses:
    """Fixture: `secrets`, open and empty."""

    pytestmark = pytest.mark.anyio

    async def test_01_a_tenant_has_none_until_some_are_stored(self, secrets: SecretStore) -> None:
        assert await secrets.get("acme") is None
        assert await secrets.replace("acme", FIRST, None)
        assert await secrets.get("acme") == FIRST
        assert await secrets.get("globex") is None

    async def test_02_of_many_who_make_the_first_one_wins(self, secrets: SecretStore) -> None:
        made = [TenantSecrets(current=f"whsec_{number}") for number in range(8)]
        won = await asyncio.gather(*(secrets.replace("acme", each, None) for each in made))
        assert won.count(True) == 1
        assert await secrets.get("acme") == made[won.index(True)]

    async def test_03_every_field_comes_back(self, secrets: SecretStore) -> None:
        await secrets.replace("a:b", FIRST, None)
        after = rotated(FIRST, "whsec_c2Vjb25k", 1_700_000_000.25, 60.0)
        assert await secrets.replace("a:b", after, FIRST.revision)
        assert await secrets.get("a:b") == after

    async def test_04_another_revision_changes_nothing(self, secrets: SecretStore) -> None:
        other = replace(FIRST, current="whsec_b3RoZXI=", revision=3)
        assert not await secrets.replace("acme", other, 2)
        assert await secrets.replace("acme", FIRST, None)
        assert not await secrets.replace("acme", other, 2)
        assert not await secrets.replace("acme", other, None)
        assert await secrets.get("acme") == FIRST
