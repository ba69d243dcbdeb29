import pytest

from adapters.tasks.memory import MemoryTaskStore
from adapters.tasks.memory_outbox import MemoryWebhookOutbox
from tests.contract.clauses.task_store import TaskStoreClauses
from tests.contract.clauses.task_store_forgetting import ForgettingClauses
from tests.contract.clauses.task_store_search import DueClauses, ListClauses
from tests.contract.clauses.waiting_line import WaitingLineClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def outbox(clock: SteppedClock) -> MemoryWebhookOutbox:
    return MemoryWebhookOutbox(clock)


@pytest.fixture
def store(clock: SteppedClock, outbox: MemoryWebhookOutbox) -> MemoryTaskStore:
    return MemoryTaskStore(clock, outbox=outbox)


class TestTaskStore(TaskStoreClauses):
    pass


class TestList(ListClauses):
    pass


class TestDue(DueClauses):
    pass


class TestForgetting(ForgettingClauses):
    pass


class TestWaitingLine(WaitingLineClauses):
    @pytest.fixture
    def line(self, store: MemoryTaskStore) -> MemoryTaskStore:
        return store
