import pytest

from adapters.epoch.memory import MemoryEpoch
from tests.contract.clauses.epoch import EpochClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def epoch() -> MemoryEpoch:
    return MemoryEpoch()


class TestEpoch(EpochClauses):
    pass
