"""What every `ImageFetcher` keeps. A binding supplies `site`."""

import asyncio
from abc import ABC, abstractmethod

import pytest

from domain.model.errors import DarkroomError, FetchFailed, FetchTooLarge, UrlNotAllowed
from ports.image_fetcher import ImageFetcher

MAX_BYTES = 200_000


class Site(ABC):
    """A place with pictures, and the fetcher under test, whose cap is `MAX_BYTES`."""

    fetcher: ImageFetcher

    @abstractmethod
    def url(self, path: str) -> str:
        """The address of `path` here."""

    @abstractmethod
    def publish(self, path: str, body: bytes) -> None:
        """From now on `path` delivers `body`."""

    @abstractmethod
    def break_down(self, path: str, status: int) -> None:
        """From now on `path` answers with this HTTP status."""


class ImageFetcherClauses:
    """IF1 to IF9."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("size_bytes", [0, 1, 65_537, MAX_BYTES])
    async def test_if1_a_body_up_to_the_cap_arrives_whole(
        self, site: Site, size_bytes: int
    ) -> None:
        body = bytes(number % 251 for number in range(size_bytes))
        site.publish("/photo.png", body)
        assert await site.fetcher.fetch(site.url("/photo.png")) == body

    async def test_if2_one_byte_past_the_cap_is_too_large(self, site: Site) -> None:
        site.publish("/photo.png", bytes(MAX_BYTES + 1))
        with pytest.raises(FetchTooLarge):
            await site.fetcher.fetch(site.url("/photo.png"))

    async def test_if3_what_is_not_there_is_not_worth_a_retry(self, site: Site) -> None:
        with pytest.raises(FetchFailed) as error:
            await site.fetcher.fetch(site.url("/nothing.png"))
        assert not error.value.retryable

    @pytest.mark.parametrize(
        ("status", "retryable"),
        [(400, False), (403, False), (410, False), (429, True), (500, True), (503, True)],
    )
    async def test_if4_trouble_that_may_pass_is_worth_a_retry(
        self, site: Site, status: int, retryable: bool
    ) -> None:
        site.break_down("/photo.png", status)
        with pytest.raises(FetchFailed) as error:
            await site.fetcher.fetch(site.url("/photo.png"))
        assert error.value.retryable is retryable

    async def test_if5_a_host_nobody_knows_is_not_worth_a_retry(self, site: Site) -> None:
        with pytest.raises(FetchFailed) as error:
            await site.fetcher.fetch("http://nowhere.invalid/photo.png")
        assert not error.value.retryable

    @pytest.mark.parametrize(
        "url",
        [
            "http://10.0.0.1/photo.png",
            "http://169.254.169.254/latest/meta-data/",
            "http://2852039166/",
            "http://[::1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://example.com:22/",
            "ftp://example.com/photo.png",
            "http://user:secret@example.com/",
            "photo.png",
            "",
        ],
    )
    async def test_if6_an_address_out_of_bounds_is_refused(self, site: Site, url: str) -> None:
        with pytest.raises(UrlNotAllowed):
            await site.fetcher.fetch(url)

    async def test_if7_spelling_and_fragment_do_not_matter(self, site: Site) -> None:
        site.publish("/photo.png", b"picture")
        url = site.url("/photo.png").replace("http://", "HTTP://") + "#left"
        assert await site.fetcher.fetch(url) == b"picture"

    async def test_if8_many_at_once_each_get_their_own(self, site: Site) -> None:
        paths = [f"/{number}.png" for number in range(40)]
        for path in paths:
            site.publish(path, path.encode())
        bodies = await asyncio.gather(*(site.fetcher.fetch(site.url(path)) for path in paths))
        assert bodies == [path.encode() for path in paths]

    async def test_if9_a_failure_does_not_stick(self, site: Site) -> None:
        site.break_down("/photo.png", 503)
        for _ in range(2):
            with pytest.raises(DarkroomError):
                await site.fetcher.fetch(site.url("/photo.png"))
        site.publish("/photo.png", b"picture")
        assert await site.fetcher.fetch(site.url("/photo.png")) == b"picture"
