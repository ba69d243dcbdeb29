import pytest

from adapters.tasks.memory import MemoryTaskStore
from domain.model.task import OutboxRow
from tests.contract.clauses.task_store import Outbox, TaskStoreClauses
from tests.contract.clauses.task_store_forgetting import ForgettingClauses
from tests.contract.clauses.task_store_search import DueClauses, ListClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def store(clock: SteppedClock) -> MemoryTaskStore:
    return MemoryTaskStore(clock)


@pytest.fixture
def outbox(store: MemoryTaskStore) -> Outbox:
    async def read() -> list[OutboxRow]:
        return [row for rows in store.outbox.values() for row in rows]

    return read


class TestTaskStore(TaskStoreClauses):
    pass


class TestList(ListClauses):
    pass


class TestDue(DueClauses):
    pass


class TestForgetting(ForgettingClauses):
    pass
