"""What is known of one request and its answer, kept in the ASGI scope while it is served."""

from dataclasses import dataclass, field

from starlette.types import Scope

KEY = "darkroom.exchange"


@dataclass(slots=True)
class Exchange:
    """`tenant`: who called, once known. `headers`: for the answer, whoever writes it."""

    request_id: str
    tenant: str | None = None
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    def header(self, name: str, value: str) -> None:
        """Add a header to whatever answer this request gets."""
        self.headers.append((name.lower().encode("ascii"), value.encode("latin-1")))


def exchange_of(scope: Scope) -> Exchange:
    """The exchange that the request-id middleware opened."""
    found: Exchange = scope[KEY]
    return found
