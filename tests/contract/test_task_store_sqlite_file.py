"""What the SQLite ledger promises beyond the clauses: its file outlives the process, several
processes may share it, and a caller who leaves harms nobody."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent

import pytest
from anyio import create_task_group

from adapters.tasks import database
from adapters.tasks.database import open_writer
from adapters.tasks.sqlite import SqliteTaskStore
from domain.model.due import Due
from domain.model.idempotency import client_key
from domain.model.life_cycle import claim
from ports.task_store import TaskQuery
from tests.contract.task_factory import POLICY, START, SteppedClock, pending

pytestmark = pytest.mark.anyio

SOURCE = Path(database.__file__).parents[2]
KEY = client_key("acme", "order-1", 600.0)

INSERT_AND_WAIT = """
    import asyncio, sys, time
    sys.path.insert(0, sys.argv[1])
    from adapters.tasks.sqlite import SqliteTaskStore
    from domain.model.idempotency import client_key
    from domain.model.life_cycle import new_task
    from domain.model.request import TaskRequest

    async def main():
        store = SqliteTaskStore(sys.argv[2], time.time)
        await store.start()
        for n in range(1, 4):
            task = new_task(f"t-{n}", "acme", TaskRequest(model="echo"), time.time())
            await store.insert_once(task, client_key("acme", f"order-{n}", 600.0))
            print(task.task_id, flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "not yet there" / "darkroom.db"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def store(path: Path, clock: SteppedClock) -> AsyncIterator[SqliteTaskStore]:
    adapter = SqliteTaskStore(path, clock)
    await adapter.start()
    yield adapter
    await adapter.aclose()


async def test_everything_survives_a_restart(path: Path, clock: SteppedClock) -> None:
    waiting, running = pending(), pending()
    before = SqliteTaskStore(path, clock)
    await before.start()
    await before.insert_once(waiting, KEY)
    await before.insert_once(running, None)
    claimed = claim(running, START, "w", POLICY).task
    assert await before.replace(claimed, running.revision)
    await before.aclose()

    after = SqliteTaskStore(path, clock)
    await after.start()
    clock.advance(60)
    assert await after.list(TaskQuery(tenant="acme")) == (claimed, waiting)
    assert await after.insert_once(pending(), KEY) == waiting
    assert await after.due(Due.UNPUBLISHED, 10) == (waiting,)
    assert await after.due(Due.LEASE_OVER, 10) == (claimed,)
    await after.aclose()


async def test_what_was_answered_survives_kill_9(path: Path) -> None:
    program = [sys.executable, "-c", dedent(INSERT_AND_WAIT), str(SOURCE), str(path)]
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    answered = [(await process.stdout.readline()).decode().strip() for _ in range(3)]
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    assert answered == ["t-1", "t-2", "t-3"]

    store = SqliteTaskStore(path, SteppedClock())
    await store.start()
    assert [task.task_id for task in await store.list(TaskQuery(tenant="acme"))] == answered[::-1]
    kept = await store.insert_once(pending(), client_key("acme", "order-2", 600.0))
    assert kept.task_id == "t-2"
    await store.aclose()


async def test_several_may_open_a_fresh_file_at_once_and_share_it(
    path: Path, clock: SteppedClock
) -> None:
    stores = [SqliteTaskStore(path, clock) for _ in range(8)]
    await asyncio.gather(*(store.start() for store in stores))
    answers = await asyncio.gather(
        *(store.insert_once(pending(), KEY) for store in stores for _ in range(10))
    )
    assert len({task.task_id for task in answers}) == 1
    assert await stores[0].list(TaskQuery(tenant="acme")) == (answers[0],)
    await asyncio.gather(*(store.aclose() for store in stores))


@pytest.mark.parametrize("turns", range(0, 60, 4))
async def test_a_canceled_caller_leaves_no_half_transaction(
    store: SqliteTaskStore, turns: int
) -> None:
    first = pending()
    # A scope cancels again at every await on the way out, also while the work is undone.
    async with create_task_group() as callers:
        callers.start_soon(store.insert_once, first, KEY)
        for _ in range(turns):
            await asyncio.sleep(0)
        callers.cancel_scope.cancel()
    answer = await store.insert_once(pending(), KEY)
    assert (await store.get(first.task_id) == first) == (answer == first)
    assert await store.list(TaskQuery(tenant="acme")) == (answer,)


async def test_a_commit_waits_for_the_disk(path: Path) -> None:
    db = open_writer(path)
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    values = [list(db.execute(f"PRAGMA {name}")) for name in pragmas]
    db.close()
    full = 2
    assert values == [[("wal",)], [(full,)], [(1,)]]
