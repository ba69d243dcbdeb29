import pytest

from adapters.tasks.memory_secrets import MemorySecretStore
from tests.contract.clauses.secret_store import SecretStoreClauses


class TestSecretStore(SecretStoreClauses):
    @pytest.fixture
    def secrets(self) -> MemorySecretStore:
        return MemorySecretStore()
