"""The blob store's clauses on S3 servers, links included."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import botocore.auth  # type: ignore[import-untyped]
import pytest

from adapters.blobs.s3 import S3BlobStore
from ports.blob_store import BlobStore
from tests.contract.clauses.blob_store import BlobStoreClauses
from tests.contract.clauses.blob_store_direct import KEY, DirectLinkClauses
from tests.contract.s3_servers import SERVERS, new_bucket, s3_server
from tests.servers.s3_account import S3Account


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[S3Account]:
    with s3_server(request.param, tmp_path_factory.mktemp("s3")) as account:
        yield account


@pytest.fixture
async def store(server: S3Account) -> AsyncIterator[BlobStore]:
    adapter = S3BlobStore(
        endpoint=server.endpoint,
        access_key=server.access_key,
        secret_key=server.secret_key,
        bucket=new_bucket(),
        now=time.time,
    )
    await adapter.start()
    yield adapter
    await adapter.aclose()


@pytest.fixture
async def expired_link(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Signed an hour ago, for a minute."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: an_hour_ago)
        return await store.link(KEY, time.time() + 60, "x.png")


@pytest.fixture
def signed_fields() -> dict[str, str]:
    return {
        "X-Amz-Expires": "600000",
        "X-Amz-Signature": "0" * 64,
        "X-Amz-Date": "20380101T000000Z",
        "X-Amz-Credential": "somebody/20261122/us-east-1/s3/aws4_request",
        "response-content-disposition": 'inline; filename="x.html"',
    }


class TestS3BlobStore(BlobStoreClauses):
    pass


class TestLinks(DirectLinkClauses):
    pass
