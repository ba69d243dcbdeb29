import pytest

from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.memory_batches import MemoryBatchStore
from adapters.tasks.memory_usage import MemoryUsageStore
from tests.contract.clauses.usage_store import UsageStoreClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def store(clock: SteppedClock) -> MemoryTaskStore:
    return MemoryTaskStore(clock)


@pytest.fixture
def batches(store: MemoryTaskStore, clock: SteppedClock) -> MemoryBatchStore:
    return MemoryBatchStore(store, clock)


@pytest.fixture
def usage(store: MemoryTaskStore) -> MemoryUsageStore:
    return store.usage


class TestUsageStore(UsageStoreClauses):
    pass
