"""Keys of stored files, and links that let their bearer read one file for a while.

A link is a path of the gateway with an HMAC-SHA256 (RFC 2104) over the key and the moment it
ends, so the gateway needs no memory of the links it gave.
"""

import hashlib
import hmac
import re

from domain.model.errors import InvalidRequest

FILES_PATH = "/v1/files/"

_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]{1,200}"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_MAX_KEY_CHARS = 900
"""S3 ends at 1,024 bytes, file names at 255; both leave room for a store's own marks."""

_MIN_SECRET_BYTES = 16


def is_key(text: str) -> bool:
    """Whether `text` names a file: segments of letters, digits, `.`, `_`, `-` with `/` between,
    none of them `.` or `..`. Such a name needs no quoting in a URL and can't leave a folder."""
    return len(text) <= _MAX_KEY_CHARS and _KEY.fullmatch(text) is not None


def check_key(text: str) -> str:
    """`text`, or `InvalidRequest` when it is no key."""
    if not is_key(text):
        raise InvalidRequest("This is not the name of a stored file.")
    return text


def check_prefix(text: str) -> str:
    """`text` if it is a key, or a key and a final `/`; else `InvalidRequest`."""
    check_key(text.removesuffix("/"))
    return text


class LinkSigner:
    """Signs and checks links with one secret (at least 16 bytes) shared by every gateway."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _MIN_SECRET_BYTES:
            raise ValueError(f"a signing secret has at least {_MIN_SECRET_BYTES} bytes")
        self._secret = secret

    def sign(self, key: str, expires_at: float) -> str:
        """The query of a link to `key` that ends at `expires_at` (seconds since 1970)."""
        ends_s = int(expires_at)
        return f"expires={ends_s}&signature={self._signature(check_key(key), ends_s)}"

    def path(self, key: str, expires_at: float) -> str:
        """The whole link: `/v1/files/<key>?expires=<unix s>&signature=<hex>`."""
        return f"{FILES_PATH}{key}?{self.sign(key, expires_at)}"

    def verify(self, key: str, expires_at: int, signature: str, now: float) -> bool:
        """Whether `signature` opens `key` at `now`. Takes the same time for any wrong one."""
        if not is_key(key) or not signature.isascii():
            return False
        genuine = hmac.compare_digest(self._signature(key, expires_at), signature)
        return genuine and now < expires_at

    def _signature(self, key: str, ends_s: int) -> str:
        message = f"darkroom link 1\n{ends_s}\n{key}".encode("ascii")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
