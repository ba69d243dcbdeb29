"""Pictures from a dictionary: a web of a few addresses, for tests and embedded use."""

from collections.abc import Mapping
from copy import copy

from domain.model.errors import DarkroomError, FetchFailed, FetchTooLarge
from domain.model.url_policy import UrlPolicy
from ports.image_fetcher import ImageFetcher

File = bytes | DarkroomError
"""What an address delivers: a body, or the error that fetching it raises."""


class MemoryImageFetcher(ImageFetcher):
    """Judges, caps and fails as the web does."""

    __slots__ = ("_files", "_max_bytes", "_policy")

    def __init__(
        self,
        files: Mapping[str, File] | None = None,
        policy: UrlPolicy | None = None,
        *,
        max_bytes: int = 20 * 1024 * 1024,
    ) -> None:
        """`files` by URL, each put as `publish` does."""
        self._policy = policy or UrlPolicy()
        self._max_bytes = max_bytes
        self._files: dict[str, File] = {}
        for url, file in (files or {}).items():
            self.publish(url, file)

    def publish(self, url: str, file: File) -> None:
        """From now on `url` delivers `file`. Raises `UrlNotAllowed` where nobody could fetch it."""
        self._files[self._policy.judge_url(url).url] = file

    async def fetch(self, url: str) -> bytes:
        file = self._files.get(self._policy.judge_url(url).url)
        if file is None:
            raise FetchFailed("The picture's address is not known.", retryable=False)
        if isinstance(file, DarkroomError):
            raise copy(file)
        if len(file) > self._max_bytes:
            raise FetchTooLarge(
                f"The file at the picture's address is larger than {self._max_bytes} bytes."
            )
        return file
