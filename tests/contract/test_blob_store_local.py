from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.blobs.local import LocalBlobStore
from domain.model.links import LinkSigner
from ports.blob_store import BlobStore
from tests.contract.clauses.blob_store import BlobStoreClauses


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[BlobStore]:
    adapter = LocalBlobStore(tmp_path / "data", LinkSigner(b"a secret for tests only"))
    await adapter.start()
    yield adapter
    await adapter.aclose()


class TestLocalBlobStore(BlobStoreClauses):
    pass
