"""What S3BlobStore makes of answers that a good server never gives."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]
from botocore.retries.standard import ExponentialBackoff  # type: ignore[import-untyped]

from adapters.blobs import s3
from adapters.blobs.s3 import MAX_LINK_S, S3BlobStore, attachment
from adapters.blobs.s3_upload import ONE_REQUEST_BYTES
from domain.model.errors import StorageUnavailable
from tests.servers.scripted_http import answer
from tests.servers.scripted_s3 import S3Request, ScriptedS3, said, xml

pytestmark = pytest.mark.anyio

NOW = 1_000_000_000.9
PARTS = ["PUT partNumber"] * 3
LARGE = bytes(ONE_REQUEST_BYTES + 1)


def store_at(endpoint: str | None, **changes: Any) -> S3BlobStore:
    usual: dict[str, Any] = {
        "access_key": "key",
        "secret_key": "top-secret",
        "bucket": "b-1",
        "now": lambda: NOW,
    }
    return S3BlobStore(endpoint=endpoint, **usual | changes)


@pytest.fixture(autouse=True)
def _no_pauses_between_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedS3]:
    async with ScriptedS3() as server:
        yield server


@pytest.fixture
async def store(server: ScriptedS3) -> AsyncIterator[S3BlobStore]:
    store = store_at(server.endpoint)
    await store.start()
    server.requests.clear()
    yield store
    await store.aclose()


async def test_small_files_go_in_one_request(server: ScriptedS3, store: S3BlobStore) -> None:
    await store.put("r/x.png", b"1", "image/png")
    assert server.names() == ["PUT"]
    sent = server.requests[0]
    assert sent.path == "/b-1/r/x.png"
    assert sent.headers["content-type"] == "image/png"
    assert sent.headers["content-disposition"] == 'attachment; filename="x.png"'
    assert not [name for name in sent.headers if "checksum" in name or "trailer" in name]


async def test_large_files_go_in_parts(server: ScriptedS3, store: S3BlobStore) -> None:
    await store.put("r/x.png", LARGE, "image/png")
    assert server.names() == ["POST uploads", *PARTS, "POST uploadId"]
    assert sum(len(r.body) for r in server.requests if r.name == PARTS[0]) == len(LARGE)
    assert server.requests[0].headers["content-type"] == "image/png"
    assert b"<PartNumber>3</PartNumber>" in server.requests[-1].body


@pytest.mark.parametrize("step", ["PUT partNumber", "POST uploadId"])
async def test_a_failed_upload_is_ended(server: ScriptedS3, store: S3BlobStore, step: str) -> None:
    server.script = lambda r: said(400, "EntityTooSmall") if r.name == step else None
    with pytest.raises(StorageUnavailable) as caught:
        await store.put("r/x.png", LARGE, "image/png")
    assert isinstance(caught.value.__cause__, ClientError)
    assert server.names()[-1] == "DELETE uploadId"


async def test_parts_nobody_could_end_are_told_of(server: ScriptedS3, store: S3BlobStore) -> None:
    server.script = lambda r: None if r.name == "POST uploads" else said(403, "AccessDenied")
    with pytest.raises(StorageUnavailable) as caught:
        await store.put("r/x.png", LARGE, "image/png")
    assert "bucket rule" in caught.value.__cause__.__notes__[0]  # type: ignore[union-attr]


async def test_a_server_that_stumbles_is_asked_again(
    server: ScriptedS3, store: S3BlobStore
) -> None:
    server.script = lambda r: said(503, "SlowDown") if len(server.requests) < 3 else None
    await store.put("r/x.png", b"1", "image/png")
    assert server.names() == ["PUT"] * 3


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234", id="cut off"),
        pytest.param(said(403, "AccessDenied"), id="refused"),
        pytest.param(said(404, "NoSuchBucket"), id="no bucket"),
        pytest.param(answer(404, b"<html>"), id="no S3"),
    ],
)
async def test_only_a_missing_file_is_none(
    server: ScriptedS3, store: S3BlobStore, body: bytes
) -> None:
    server.script = lambda r: body
    with pytest.raises(StorageUnavailable) as caught:
        await store.get("r/x.png")
    assert caught.value.__cause__ is not None
    server.script = lambda r: said(404, "NoSuchKey")
    assert await store.get("r/x.png") is None


def _listing(*keys: str) -> bytes:
    return xml("ListBucketResult", [f"<Contents><Key>{key}</Key></Contents>" for key in keys])


async def test_files_are_deleted_together(server: ScriptedS3, store: S3BlobStore) -> None:
    server.script = lambda r: _listing("r/1", "r/2") if r.name == "GET list-type" else None
    await store.delete("r/")
    assert server.names() == ["GET list-type", "POST delete"]
    assert server.requests[0].query["prefix"] == "r/"


@pytest.mark.parametrize(
    "refusal",
    [
        said(501, "NotImplemented"),
        said(405, "MethodNotAllowed"),
        said(400, "MissingContentMD5"),
        xml("DeleteResult", [f"<Error><Key>r/{n}</Key><Code>x</Code></Error>" for n in "12"]),
    ],
)
async def test_or_one_by_one(server: ScriptedS3, store: S3BlobStore, refusal: bytes) -> None:
    def script(request: S3Request) -> bytes | None:
        if request.name == "POST delete":
            return refusal
        return _listing("r/1", "r/2") if request.name == "GET list-type" else None

    server.script = script
    await store.delete("r/")
    assert [r.path for r in server.requests if r.name == "DELETE"] == ["/b-1/r/1", "/b-1/r/2"]


async def test_what_can_not_be_deleted_is_no_success(
    server: ScriptedS3, store: S3BlobStore
) -> None:
    server.script = lambda r: (
        _listing("r/1") if r.name == "GET list-type" else said(403, "AccessDenied")
    )
    with pytest.raises(StorageUnavailable):
        await store.delete("r/")
    with pytest.raises(StorageUnavailable):
        await store.delete("r/1")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed_into_a_false_success(
    server: ScriptedS3, store: S3BlobStore, status: int
) -> None:
    async with ScriptedS3() as other:
        away = answer(status, Location=f"http://{other.endpoint}/b-1")
        server.script = lambda r: away if r.query.keys() & {"delete"} else _listing("r/1")
        with pytest.raises(StorageUnavailable):
            await store.delete("r/")
        server.script = lambda r: away
        with pytest.raises(StorageUnavailable):
            await store.put("r/x.png", LARGE, "image/png")
        with pytest.raises(StorageUnavailable, match="S3_ENDPOINT redirects elsewhere"):
            await store_at(server.endpoint).start()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (said(403, "AccessDenied"), "S3_BUCKET"),
        (said(301, "PermanentRedirect"), "S3_REGION"),
        (said(400, "AuthorizationHeaderMalformed"), "S3_REGION"),
        (said(403, "RequestTimeTooSkewed"), "clocks"),
        (said(418, "Teapot"), "S3_ENDPOINT answered 'Teapot'"),
        (answer(404, b"<html>nothing here</html>"), "S3_ENDPOINT"),
        (answer(200, b"<!doctype html><p>welcome"), "S3_ENDPOINT"),
        (answer(200, b'{"welcome": 1}'), "S3_ENDPOINT"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "S3_ENDPOINT"),
    ],
)
async def test_a_start_that_fails_says_what_to_mend(
    server: ScriptedS3, body: bytes, named: str
) -> None:
    server.script = lambda r: body
    with pytest.raises(StorageUnavailable, match=named) as caught:
        await store_at(server.endpoint).start()
    assert caught.value.__cause__ is not None
    assert "top-secret" not in caught.value.detail + caught.value.hint


async def test_a_server_without_regions_makes_the_bucket_too(server: ScriptedS3) -> None:
    answers = {
        "GET list-type": [said(404, "NoSuchBucket")],
        "PUT": [said(400, "InvalidLocationConstraint")],
    }
    server.script = lambda r: answers[r.name].pop() if answers.get(r.name) else None
    store = store_at(server.endpoint, region="eu-central-1")
    await store.start()
    await store.aclose()
    assert server.names() == ["GET list-type", "PUT", "PUT", "GET list-type"]
    assert [b"eu-central-1" in r.body for r in server.requests] == [False, True, False, False]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"endpoint": "ftp://s3"}, "S3_ENDPOINT is not an address"),
        ({"endpoint": "http://k:top-secret@s3"}, "S3_ENDPOINT holds credentials"),
        ({"public_endpoint": "s3:port"}, "S3_PUBLIC_ENDPOINT is not an address"),
        ({"access_key": ""}, "S3_ACCESS_KEY or S3_SECRET_KEY is not set"),
    ],
)
async def test_settings_that_can_not_work_are_named(changes: dict[str, str], named: str) -> None:
    with pytest.raises(StorageUnavailable, match=named) as caught:
        await store_at(**{"endpoint": "s3:9000"} | changes).start()
    assert "top-secret" not in caught.value.detail


@pytest.mark.parametrize(
    ("expires_at", "lifetime_s"),
    [
        (NOW + 60, "60"),
        (1_000_000_060.0, "60"),
        (1_000_000_060.99, "60"),
        (NOW + 365 * 24 * 3600, str(MAX_LINK_S)),
        (NOW - 1, "0"),
    ],
)
async def test_a_link_lives_until_its_moment_and_a_week_at_most(
    store: S3BlobStore, expires_at: float, lifetime_s: str
) -> None:
    link = await store.link("r/x.png", expires_at, "x.png")
    assert link is not None
    assert S3Request(f"GET {link} HTTP/1.1", b"").query["X-Amz-Expires"] == lifetime_s


async def test_links_name_the_public_address(server: ScriptedS3) -> None:
    store = store_at(server.endpoint, public_endpoint="files.example.com")
    await store.start()
    link = await store.link("r/x.png", NOW + 60, "x.png")
    await store.aclose()
    assert link is not None
    assert link.startswith("https://files.example.com/b-1/r/x.png?")
    assert "top-secret" not in link


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a-b_8x8.png", 'attachment; filename="a-b_8x8.png"'),
        ('a"b.png', "attachment; filename*=UTF-8''a%22b.png"),
        ("ä\r\nX: y", "attachment; filename*=UTF-8''%C3%A4%0D%0AX%3A%20y"),
    ],
)
def test_file_names_in_a_header(name: str, header: str) -> None:
    assert attachment(name) == header


async def test_ping_waits_for_no_silent_server(
    store: S3BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PING_LIMIT_S", 0)
    with pytest.raises(StorageUnavailable) as caught:
        await store.ping()
    assert isinstance(caught.value.__cause__, TimeoutError)


async def test_nothing_is_asked_before_the_start() -> None:
    store = store_at("s3:9000")
    await store.aclose()
    with pytest.raises(RuntimeError, match="start"):
        await store.link("a", NOW + 1, "a")
