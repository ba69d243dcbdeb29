import pytest

from adapters.keys.memory import MemoryKeyStore
from tests.contract.clauses.key_store import KeyStoreClauses


@pytest.fixture
def keys() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def other(keys: MemoryKeyStore) -> MemoryKeyStore:
    """There is one process only."""
    return keys


class TestKeyStore(KeyStoreClauses):
    pass
