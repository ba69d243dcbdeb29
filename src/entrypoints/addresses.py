"""Addresses: of brokers and Redis servers, as people write them into a variable, and our own."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

REDIS_SCHEMES = ("redis", "rediss")
BROKER_SCHEMES = ("amqp", "amqps", *REDIS_SCHEMES)
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def url_of(host: str, port: int) -> str:
    """The address under which this machine reaches a service that listens on `host`."""
    host = ANY_ADDRESS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def address_problem(url: str, schemes: Sequence[str]) -> str | None:
    """What is wrong with `url`, several parted by `;` included. Nothing of it is repeated: where
    it is wrong, any part of it may be a piece of the password."""
    if not all(each.partition("://")[0] in schemes for each in addresses(url)):
        return f"has to begin with {_alternatives(schemes)}"
    if not all(map(_is_whole, addresses(url))):
        return (
            "has to look like scheme://user:password@host:port/name, with / ? # @ in a user or "
            "password percent-encoded"
        )
    return None


def addresses(url: str) -> list[str]:
    """Those of a list parted by `;`, which are tried in turn; most often one."""
    return re.split(r";(?=\w+://)", url)


def _alternatives(schemes: Sequence[str]) -> str:
    *others, last = (f"{scheme}://" for scheme in schemes)
    return f"{', '.join(others)} or {last}"


def _is_whole(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port != 0 and "@" not in f"{parts.path}?{parts.query}#{parts.fragment}"
    except ValueError:
        return False
