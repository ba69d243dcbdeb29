import pytest

from adapters.keys.memory import MemoryKeyStore
from tests.contract.clauses.key_store import KEYS, KeyStoreClauses


@pytest.fixture
def keys() -> MemoryKeyStore:
    return MemoryKeyStore(KEYS)


class TestKeyStore(KeyStoreClauses):
    pass
