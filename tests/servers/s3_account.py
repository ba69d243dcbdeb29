"""What a client of an S3 server has to know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class S3Account:
    """An account of a server on loopback."""

    port: int
    access_key: str = "darkroom-tests"
    secret_key: str = "a secret for tests only"

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"
