"""Files in the memory of one process: they end with it."""

from domain.model.links import LinkSigner, check_key, check_prefix
from ports.blob_store import Blob, BlobStore


class MemoryBlobStore(BlobStore):
    """Links are paths of the gateway, signed by `signer`."""

    def __init__(self, signer: LinkSigner) -> None:
        self._blobs: dict[str, Blob] = {}
        self._signer = signer

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        self._blobs[check_key(key)] = Blob(bytes(data), content_type)

    async def get(self, key: str) -> Blob | None:
        return self._blobs.get(check_key(key))

    async def delete(self, prefix: str) -> None:
        if check_prefix(prefix).endswith("/"):
            self._blobs = {k: v for k, v in self._blobs.items() if not k.startswith(prefix)}
        else:
            self._blobs.pop(prefix, None)

    async def link(self, key: str, expires_at: float, filename: str) -> str | None:
        return self._signer.path(key, expires_at)

    def keys(self) -> list[str]:
        """What is kept now."""
        return sorted(self._blobs)
