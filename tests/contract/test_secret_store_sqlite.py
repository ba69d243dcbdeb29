from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.tasks.sqlite import SqliteTaskStore
from adapters.tasks.sqlite_secrets import SqliteSecretStore
from tests.contract.clauses.secret_store import SecretStoreClauses
from tests.contract.task_factory import SteppedClock


class TestSecretStore(SecretStoreClauses):
    @pytest.fixture
    async def secrets(self, tmp_path: Path) -> AsyncIterator[SqliteSecretStore]:
        ledger = SqliteTaskStore(tmp_path / "darkroom.db", SteppedClock())
        await ledger.start()
        yield SqliteSecretStore(ledger)
        await ledger.aclose()
