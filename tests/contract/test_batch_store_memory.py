import pytest

from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.memory_batches import MemoryBatchStore
from tests.contract.clauses.batch_store import BatchStoreClauses
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


class TestBatchStore(BatchStoreClauses):
    pass
