"""Addresses of S3 servers as people write them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

_INSIDE = (".localhost", ".local", ".internal", ".lan", ".svc")


def endpoint_url(text: str) -> str:
    """`http(s)://host[:port][/path]`. Without a scheme, `text` means http for names that only a
    private network knows (loopback and private addresses, names of one word as in
    `localhost:9000` or `s3:8333`, `.local`, `.internal`, `.lan`, `.svc`), https for all others.

    Raises `ValueError` with a sentence for people when it is no such address.
    """
    text = text.strip()
    url = (text if "://" in text else f"{_usual_scheme(text)}://{text}").rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError as error:
        raise ValueError(f"is not an address: {error}") from error
    if "@" in parts.netloc:
        raise ValueError("holds credentials: they belong in S3_ACCESS_KEY and S3_SECRET_KEY")
    if not usable or parts.query or parts.fragment or any(c.isspace() for c in url):
        raise ValueError("is not an address such as http://s3:8333 or https://s3.example.com")
    return url


def _usual_scheme(address: str) -> str:
    try:
        host = urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return "https"
    return "http" if _is_inside(host) else "https"


def _is_inside(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_INSIDE)
    return address.is_private or address.is_loopback
