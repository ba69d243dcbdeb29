import pytest

from adapters.workers.memory import MemoryWorkerRegistry
from tests.contract.clauses.worker_registry import WorkerRegistryClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def registry(clock: SteppedClock) -> MemoryWorkerRegistry:
    return MemoryWorkerRegistry(clock)


class TestWorkerRegistry(WorkerRegistryClauses):
    pass
