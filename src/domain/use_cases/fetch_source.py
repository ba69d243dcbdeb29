"""The bytes of a picture that a request names."""

from domain.model.errors import FetchFailed
from domain.model.request import Source
from ports.blob_store import BlobStore
from ports.image_fetcher import ImageFetcher


class FetchSource:
    def __init__(self, fetcher: ImageFetcher, blobs: BlobStore) -> None:
        self._fetcher, self._blobs = fetcher, blobs

    async def __call__(self, source: Source) -> bytes:
        """From its address, or from where the submit put it. Raises `FetchError`,
        `UrlNotAllowed` or `StorageUnavailable`."""
        if source.url is not None:
            return await self._fetcher.fetch(source.url)
        blob = await self._blobs.get(source.blob) if source.blob else None
        if blob is None:
            raise FetchFailed("The uploaded picture is no longer stored.", retryable=False)
        return blob.data
