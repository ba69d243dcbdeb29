from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.tasks.sqlite import SqliteTaskStore
from adapters.tasks.sqlite_batches import SqliteBatchStore
from adapters.tasks.sqlite_fair_line import SqliteFairLine
from tests.contract.clauses.fair_line import FairLineClauses
from tests.contract.task_factory import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def store(tmp_path: Path, clock: SteppedClock) -> AsyncIterator[SqliteTaskStore]:
    adapter = SqliteTaskStore(tmp_path / "darkroom.db", clock)
    await adapter.start()
    yield adapter
    await adapter.aclose()


@pytest.fixture
def batches(store: SqliteTaskStore) -> SqliteBatchStore:
    return SqliteBatchStore(store)


@pytest.fixture
def turns(store: SqliteTaskStore) -> SqliteFairLine:
    return SqliteFairLine(store)


class TestFairLine(FairLineClauses):
    pass
