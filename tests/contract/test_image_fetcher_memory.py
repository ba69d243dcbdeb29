import pytest

from adapters.fetch.memory import MemoryImageFetcher
from domain.model.errors import FetchFailed
from tests.contract.clauses.image_fetcher import MAX_BYTES, ImageFetcherClauses, Site


class Dictionary(Site):
    def __init__(self) -> None:
        self._memory = MemoryImageFetcher(max_bytes=MAX_BYTES)
        self.fetcher = self._memory

    def url(self, path: str) -> str:
        return f"http://photos.example{path}"

    def publish(self, path: str, body: bytes) -> None:
        self._memory.publish(self.url(path), body)

    def break_down(self, path: str, status: int) -> None:
        retryable = status == 429 or status >= 500
        self._memory.publish(self.url(path), FetchFailed(retryable=retryable))


class TestMemoryImageFetcher(ImageFetcherClauses):
    @pytest.fixture
    def site(self) -> Site:
        return Dictionary()
