"""Keeping files: uploaded inputs, results, thumbnails."""

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file and its MIME type."""

    data: bytes
    content_type: str


class BlobStore(ABC):
    """Every method takes keys as `domain.model.links.is_key` defines them and raises
    `InvalidRequest` for others, `StorageUnavailable` when the technology fails. No key may be
    another one's folder (`a` beside `a/b`). Once a call has returned, its effect survives
    whatever the store itself is said to survive."""

    __slots__ = ()

    @abstractmethod
    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store the whole file or nothing; an existing one is replaced, the last writer wins."""

    @abstractmethod
    async def get(self, key: str) -> Blob | None:
        """The file, or None when there is none."""

    @abstractmethod
    async def delete(self, prefix: str) -> None:
        """Forget the file named `prefix`, or, when it ends in `/`, every file below it.
        Nothing there is no error."""

    @abstractmethod
    async def link(self, key: str, expires_at: float, filename: str) -> str | None:
        """A URL that anybody may GET until `expires_at` (seconds since 1970), or None where the
        store can't: absolute, or a path of the gateway for stores whose files it serves itself.
        A browser saves the file as `filename`, or as the key's last segment on such a path.
        Whether the file exists is not asked."""
