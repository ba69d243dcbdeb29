import pytest

from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.memory_batches import MemoryBatchStore
from adapters.tasks.memory_fair_line import MemoryFairLine
from tests.contract.clauses.fair_line import FairLineClauses
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
def turns(store: MemoryTaskStore) -> MemoryFairLine:
    return MemoryFairLine(store)


class TestFairLine(FairLineClauses):
    pass
