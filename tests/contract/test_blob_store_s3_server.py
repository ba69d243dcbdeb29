"""What an S3 server has to grant beyond the clauses: starting, large files, many at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from adapters.blobs.s3 import S3BlobStore
from adapters.blobs.s3_client import S3Client, connect
from adapters.blobs.s3_upload import ONE_REQUEST_BYTES, PART_BYTES
from domain.model.errors import StorageUnavailable
from ports.blob_store import Blob
from tests.contract.s3_servers import SERVERS, new_bucket, s3_server
from tests.contract.services import free_port
from tests.servers.s3_account import S3Account

pytestmark = pytest.mark.anyio

NewStore = Callable[..., S3BlobStore]


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[S3Account]:
    with s3_server(request.param, tmp_path_factory.mktemp("s3")) as account:
        yield account


@pytest.fixture
def bucket() -> str:
    return new_bucket()


@pytest.fixture
async def new_store(server: S3Account, bucket: str) -> AsyncIterator[NewStore]:
    """Stores of one missing bucket; `changes` are arguments of S3BlobStore."""
    stores: list[S3BlobStore] = []

    def make(**changes: Any) -> S3BlobStore:
        usual: dict[str, Any] = {
            "endpoint": server.endpoint,
            "access_key": server.access_key,
            "secret_key": server.secret_key,
            "bucket": bucket,
            "now": time.time,
        }
        stores.append(S3BlobStore(**usual | changes))
        return stores[-1]

    yield make
    for store in stores:
        await store.aclose()


@pytest.fixture
async def client(server: S3Account) -> AsyncIterator[S3Client]:
    """The server as somebody else sees it."""
    async with AsyncExitStack() as stack:
        yield await connect(
            stack,
            endpoint=f"http://{server.endpoint}",
            access_key=server.access_key,
            secret_key=server.secret_key,
            region="us-east-1",
        )


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
async def test_the_bucket_is_made_if_it_is_missing(new_store: NewStore, region: str) -> None:
    store = new_store(region=region)
    await store.start()
    await store.put("a/x", b"1", "image/png")
    later = new_store(region=region)
    await later.start()
    assert await later.get("a/x") == Blob(b"1", "image/png")


async def test_many_processes_may_make_the_bucket_at_once(new_store: NewStore) -> None:
    stores = [new_store() for _ in range(8)]
    await asyncio.gather(*(store.start() for store in stores))
    await stores[0].put("a/x", b"1", "image/png")
    assert await stores[-1].get("a/x") == Blob(b"1", "image/png")


async def test_a_life_may_be_begun_and_ended_twice(new_store: NewStore) -> None:
    store = new_store()
    await store.aclose()
    for _ in range(2):
        await store.start()
        await store.start()
        await store.ping()
        await store.aclose()
        await store.aclose()
    with pytest.raises(RuntimeError, match="start"):
        await store.get("a")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"access_key": "nobody-we-know"}, "S3_ACCESS_KEY"),
        ({"secret_key": "not the secret key"}, "S3_SECRET_KEY"),
        ({"access_key": ""}, "S3_ACCESS_KEY"),
        ({"secret_key": ""}, "S3_SECRET_KEY"),
        ({"bucket": "no bucket's name"}, "S3_BUCKET"),
    ],
)
async def test_what_the_server_refuses_stops_the_start_by_name(
    new_store: NewStore, server: S3Account, changes: dict[str, str], named: str
) -> None:
    with pytest.raises(StorageUnavailable, match=named) as caught:
        await new_store(**changes).start()
    assert server.secret_key not in caught.value.detail


async def test_nobody_there_stops_the_start(new_store: NewStore) -> None:
    with pytest.raises(StorageUnavailable, match="S3_ENDPOINT can't be reached"):
        await new_store(endpoint=f"localhost:{free_port()}").start()


async def test_fifty_at_once(new_store: NewStore) -> None:
    store = new_store()
    await store.start()
    files = {f"many/{n % 7}/{n}.png": bytes([n]) * 50_000 for n in range(50)}
    await asyncio.gather(*(store.put(key, data, "image/png") for key, data in files.items()))
    found = await asyncio.gather(*(store.get(key) for key in files))
    assert found == [Blob(data, "image/png") for data in files.values()]


@pytest.mark.parametrize("size", [ONE_REQUEST_BYTES, ONE_REQUEST_BYTES + 1, 3 * PART_BYTES])
async def test_large_files_come_back_whole(new_store: NewStore, size: int) -> None:
    store = new_store()
    await store.start()
    data = (b"0123456789abcde" * (size // 15 + 1))[:size]
    await store.put("large/x.png", data, "image/png")
    assert await store.get("large/x.png") == Blob(data, "image/png")


async def test_a_cancelled_upload_leaves_nothing(
    new_store: NewStore, client: S3Client, bucket: str
) -> None:
    store = new_store()
    await store.start()

    async def unfinished() -> list[Any]:
        answer = await client.list_multipart_uploads(Bucket=bucket)
        return list(answer.get("Uploads", ()))

    upload = asyncio.ensure_future(store.put("a/x.png", bytes(20 * PART_BYTES), "image/png"))
    while not await unfinished():
        assert not upload.done()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert await unfinished() == []
    assert await store.get("a/x.png") is None


async def test_a_folder_of_more_than_one_page_is_deleted(
    new_store: NewStore, client: S3Client, bucket: str
) -> None:
    """A listing and a DeleteObjects hold 1,000 keys at the most."""
    store = new_store()
    await store.start()
    await store.put("ab", b"", "image/png")
    for start in range(0, 1_050, 50):
        keys = [f"a/{n}" for n in range(start, start + 50)]
        await asyncio.gather(*(store.put(key, b"", "image/png") for key in keys))
    await store.delete("a/")
    left = await client.list_objects_v2(Bucket=bucket)
    assert [found["Key"] for found in left["Contents"]] == ["ab"]


async def test_links_name_the_public_endpoint_and_open_there(
    new_store: NewStore, server: S3Account
) -> None:
    store = new_store(public_endpoint=f"http://localhost:{server.port}")
    await store.start()
    await store.put("a/x.png", b"pixels", "image/png")
    link = await store.link("a/x.png", time.time() + 60, "x.png")
    assert link is not None
    assert urlsplit(link).netloc == f"localhost:{server.port}"
    async with httpx2.AsyncClient() as browser:
        answers = [
            await browser.get(link),
            await browser.get(link.replace("localhost", "127.0.0.1")),
        ]
    assert [answer.status_code for answer in answers] == [200, 403]


async def test_ping_notices_a_bucket_that_went_away(
    new_store: NewStore, client: S3Client, bucket: str
) -> None:
    store = new_store()
    await store.start()
    await store.ping()
    await client.delete_bucket(Bucket=bucket)
    with pytest.raises(StorageUnavailable):
        await store.ping()
