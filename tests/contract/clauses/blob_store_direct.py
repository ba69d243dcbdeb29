"""What every blob store does whose links lead past the gateway, to the storage itself."""

import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from ports.blob_store import BlobStore

KEY = "results/t/1/x_4x3.png"
REFUSALS = {400, 401, 403}


async def ask(method: str, url: str, content: bytes | None = None) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.request(method, url, content=content)


def with_query(link: str, **changes: str) -> str:
    query = dict(parse_qsl(urlsplit(link).query, strict_parsing=True)) | changes
    return urlsplit(link)._replace(query=urlencode(query)).geturl()


class DirectLinkClauses:
    """The binding gives `store`, started and empty, `expired_link`, a link to `KEY` that ended
    before now, and `signed_fields`, the names of query fields that change what is asked for."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def link(self, store: BlobStore) -> str:
        await store.put(KEY, b"pixels", "image/png")
        link = await store.link(KEY, time.time() + 60, "cat_4x3.png")
        assert link is not None
        return link

    async def test_13_a_link_gives_the_file_its_type_and_its_name(self, link: str) -> None:
        answer = await ask("GET", link)
        assert answer.status_code == 200
        assert answer.content == b"pixels"
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"] == 'attachment; filename="cat_4x3.png"'

    async def test_14_a_link_may_be_used_again(self, link: str) -> None:
        assert [(await ask("GET", link)).status_code for _ in range(3)] == [200] * 3

    async def test_15_a_link_opens_no_other_file(self, store: BlobStore, link: str) -> None:
        await store.put("results/t/1/y_4x3.png", b"others", "image/png")
        answer = await ask("GET", link.replace("x_4x3", "y_4x3"))
        assert answer.status_code in REFUSALS
        assert b"others" not in answer.content

    async def test_16_a_changed_link_is_refused(
        self, link: str, signed_fields: dict[str, str]
    ) -> None:
        for field, value in signed_fields.items():
            answer = await ask("GET", with_query(link, **{field: value}))
            assert answer.status_code in REFUSALS, field
            assert b"pixels" not in answer.content

    async def test_17_nobody_reads_without_a_link(self, link: str) -> None:
        answer = await ask("GET", urlsplit(link)._replace(query="").geturl())
        assert answer.status_code in REFUSALS

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
    async def test_18_a_link_only_reads(self, store: BlobStore, link: str, method: str) -> None:
        answer = await ask(method, link, content=b"mine now")
        assert answer.status_code in {*REFUSALS, 405}
        blob = await store.get(KEY)
        assert blob is not None
        assert blob.data == b"pixels"

    async def test_19_a_link_ends(self, store: BlobStore, expired_link: str) -> None:
        await store.put(KEY, b"pixels", "image/png")
        answer = await ask("GET", expired_link)
        assert answer.status_code in REFUSALS
        assert b"pixels" not in answer.content

    async def test_20_a_link_asked_for_too_late_never_opens(self, store: BlobStore) -> None:
        await store.put(KEY, b"pixels", "image/png")
        link = await store.link(KEY, time.time() - 1, "x.png")
        assert link is not None
        assert (await ask("GET", link)).status_code in REFUSALS

    @pytest.mark.parametrize("name", ["a b.png", 'a"b\\c;d=.png', "käse.png", "a\r\nx: y.png"])
    async def test_21_odd_names_stay_within_their_header(self, store: BlobStore, name: str) -> None:
        await store.put(KEY, b"pixels", "image/png")
        link = await store.link(KEY, time.time() + 60, name)
        assert link is not None
        answer = await ask("GET", link)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert "x" not in answer.headers
