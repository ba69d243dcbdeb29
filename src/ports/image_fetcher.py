"""Fetching a picture from an address a user named."""

from abc import ABC, abstractmethod


class ImageFetcher(ABC):
    __slots__ = ()

    @abstractmethod
    async def fetch(self, url: str) -> bytes:
        """The body at `url`, whole.

        Raises `UrlNotAllowed` when the address, any address it resolves to, or any redirect on
        the way may not be reached; `FetchTooLarge` past the byte cap; `FetchTimeout` past the
        total deadline; `FetchFailed` otherwise (retryable for 5xx, 429 and broken connections,
        not for other 4xx).
        """
