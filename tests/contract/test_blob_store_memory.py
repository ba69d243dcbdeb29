import pytest

from adapters.blobs.memory import MemoryBlobStore
from domain.model.links import LinkSigner
from ports.blob_store import BlobStore
from tests.contract.clauses.blob_store import BlobStoreClauses


@pytest.fixture
def store() -> BlobStore:
    return MemoryBlobStore(LinkSigner(b"a secret for tests only"))


class TestMemoryBlobStore(BlobStoreClauses):
    pass
