"""What every blob store does."""

import asyncio
import time
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.model.errors import InvalidRequest
from ports.blob_store import Blob, BlobStore

BAD_KEYS = [
    "", "/", "//", "a//b", "/etc/passwd", "a/", "..", ".", "../x", "a/../../x", "a/..", "a/./b",
    "%2e%2e/x", "..%2fx", "..\\x", "a\\..\\x", "C:\\x", "a\0b", "a\nb", "a\r\nX: 1", "a b", "a?b",
    "a#b", "ä", "\u2025/x", "\uff0e\uff0e/x", "\ud800", "~/x", "a@type", "a" * 201,
    "a/" * 460 + "a",
]  # fmt: skip

segments = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,30}", fullmatch=True)
keys = st.lists(segments, min_size=1, max_size=5).map("/".join)
content_types = st.sampled_from(
    ["image/png", "image/jpeg", "image/webp", "application/json", "application/octet-stream"]
)
many = partial(settings, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class BlobStoreClauses:
    """The binding gives a fixture `store`: started and empty."""

    pytestmark = pytest.mark.anyio

    @many(max_examples=60)
    @given(key=keys, data=st.binary(max_size=5_000), content_type=content_types)
    async def test_01_what_was_put_comes_back(
        self, store: BlobStore, key: str, data: bytes, content_type: str
    ) -> None:
        await store.delete(key.split("/")[0])  # no key may be another one's folder
        await store.delete(key.split("/")[0] + "/")
        await store.put(key, data, content_type)
        assert await store.get(key) == Blob(data, content_type)

    @pytest.mark.parametrize("key", ["a", "a/b", "a/b.png", "..."])
    async def test_02_what_was_never_put_is_none(self, store: BlobStore, key: str) -> None:
        await store.put("a/b/c.png", b"1", "image/png")
        assert await store.get(key) is None

    async def test_03_the_last_writer_wins_type_and_all(self, store: BlobStore) -> None:
        for n, content_type in enumerate(["image/png", "text/plain", "image/webp", "image/png"]):
            await store.put("a/b.png", bytes([n]), content_type)
            assert await store.get("a/b.png") == Blob(bytes([n]), content_type)

    async def test_04_a_reader_beside_writers_sees_one_whole_file(self, store: BlobStore) -> None:
        files = [bytes([n]) * 200_000 for n in range(12)]
        await store.put("a/b.png", files[0], "image/png")
        writes = [store.put("a/b.png", data, "image/png") for data in files]
        reads = [store.get("a/b.png") for _ in range(24)]
        answers = await asyncio.gather(*writes, *reads)
        for blob in (*answers[len(writes) :], await store.get("a/b.png")):
            assert blob is not None
            assert blob.data in files

    async def test_05_writers_of_new_neighbours_do_not_disturb(self, store: BlobStore) -> None:
        names = [f"new/{n % 3}/{n}.png" for n in range(24)]
        await asyncio.gather(*(store.put(name, name.encode(), "image/png") for name in names))
        blobs = await asyncio.gather(*(store.get(name) for name in names))
        assert [blob.data for blob in blobs if blob] == [name.encode() for name in names]

    async def test_06_deleting_a_key_leaves_its_neighbours(self, store: BlobStore) -> None:
        for key in ("a/1", "a/10", "a/1.png", "b/1"):
            await store.put(key, key.encode(), "image/png")
        await store.delete("a/1")
        await store.delete("a")
        assert await store.get("a/1") is None
        for key in ("a/10", "a/1.png", "b/1"):
            assert await store.get(key) is not None

    async def test_07_deleting_a_prefix_takes_all_below_and_no_more(self, store: BlobStore) -> None:
        for key in ("a/1/x", "a/1/y/z.png", "a/10/x", "a/1.png", "b/a/1/x"):
            await store.put(key, key.encode(), "image/jpeg")
        await store.delete("a/1/")
        assert await store.get("a/1/x") is None
        assert await store.get("a/1/y/z.png") is None
        for key in ("a/10/x", "a/1.png", "b/a/1/x"):
            assert await store.get(key) is not None

    @pytest.mark.parametrize("prefix", ["a/1", "a/1/", "a/", "never", "never/", "never/x/"])
    async def test_08_deleting_twice_is_harmless(self, store: BlobStore, prefix: str) -> None:
        await store.put("a/1/x", b"1", "image/png")
        await asyncio.gather(*(store.delete(prefix) for _ in range(4)))
        await store.delete(prefix)
        await store.put("a/1/x", b"2", "image/png")
        assert await store.get("a/1/x") == Blob(b"2", "image/png")

    async def test_09_a_deleted_files_type_does_not_outlive_it(self, store: BlobStore) -> None:
        await store.put("a/x.png", b"1", "text/plain")
        await store.delete("a/x.png")
        await store.put("a/x.png", b"1", "image/png")
        assert await store.get("a/x.png") == Blob(b"1", "image/png")

    async def test_10_a_file_is_not_a_folder(self, store: BlobStore) -> None:
        await store.put("a/x", b"1", "image/png")
        await store.delete("a/x/")
        assert await store.get("a/x/y") is None
        assert await store.get("a/x") == Blob(b"1", "image/png")

    @pytest.mark.parametrize("key", BAD_KEYS)
    async def test_11_no_other_names_are_taken(self, store: BlobStore, key: str) -> None:
        with pytest.raises(InvalidRequest):
            await store.put(key, b"1", "image/png")
        with pytest.raises(InvalidRequest):
            await store.get(key)
        with pytest.raises(InvalidRequest):
            await store.link(key, 2e9, "x.png")
        if key != "a/":
            with pytest.raises(InvalidRequest):
                await store.delete(key)

    async def test_12_a_link_names_its_file_and_its_end(self, store: BlobStore) -> None:
        await store.put("results/t/x_8x8.png", b"1", "image/png")
        soon = time.time() + 60.5
        link = await store.link("results/t/x_8x8.png", soon, "x.png")
        assert link is not None
        assert urlsplit(link).path.endswith("/results/t/x_8x8.png")
        assert parse_qs(urlsplit(link).query, strict_parsing=True)
        assert link != await store.link("results/t/x_8x8.png", soon + 100, "x.png")
