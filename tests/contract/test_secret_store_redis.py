from collections.abc import AsyncIterator

import pytest

from adapters.tasks.redis_secrets import RedisSecretStore
from tests.contract.clauses.secret_store import SecretStoreClauses
from tests.contract.redis_space import redis_space


class TestSecretStore(SecretStoreClauses):
    @pytest.fixture
    async def secrets(self) -> AsyncIterator[RedisSecretStore]:
        async with redis_space() as space:
            yield RedisSecretStore(*space)
