"""Which addresses a user may make this server reach (server-side request forgery, CWE-918).

Rules of the file:
1. A URL is judged twice by the same rules: as text, before anybody resolves it (`judge_url`,
   also at submit), and as the address about to be connected to (`judge_address`).
2. What passes is a `Target`, whose parts are canonical: callers use it, never the text.
3. A private host is reachable only if FETCH_ALLOW_HOSTS names it or its address's CIDR. An entry
   without a port covers 80 and 443, an entry with one covers that port alone.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import quote, urljoin

from domain.model.address_ranges import Address, why_not_public
from domain.model.allow_rule import USUAL_PORTS, AllowRule
from domain.model.errors import UrlNotAllowed
from domain.model.url_host import address_in, canonical_host

MAX_URL_CHARS = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^#]*)(?:#.*)?", re.I)
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]+)(?::(?P<port>[0-9]{0,5}))?")
_PATH_SAFE = "%/?:@!$&'()*+,;=-._~"
_LOOPBACK = IPv4Address("127.0.0.1")


@dataclass(frozen=True, slots=True)
class Target:
    """A judged URL. `host` is canonical, IPv6 without brackets; `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


class UrlPolicy:
    """Judges URLs and addresses; every method raises `UrlNotAllowed` for what is out of bounds."""

    __slots__ = ("_rules",)

    def __init__(self, allow_hosts: str = "") -> None:
        """`allow_hosts` as FETCH_ALLOW_HOSTS: comma-separated host names, addresses or CIDRs,
        each with an optional port. Raises `ValueError`, naming the entry that can't be read.
        """
        entries = (entry.strip() for entry in allow_hosts.split(","))
        self._rules = tuple(AllowRule.parse(entry) for entry in entries if entry)

    def judge_url(self, url: str) -> Target:
        """The canonical form of `url`, judged as far as that goes without asking a name server."""
        _refuse_odd_text(url)
        parts = _URL.fullmatch(url)
        if parts is None:
            raise UrlNotAllowed("The address does not begin with http:// or https://.")
        scheme = parts["scheme"].lower()
        host, port = _split_authority(parts["authority"], DEFAULT_PORTS[scheme])
        self._judge_host(host, port)
        path = quote(parts["path"], safe=_PATH_SAFE)
        return Target(scheme, host, port, path if path.startswith("/") else f"/{path}")

    def judge_redirect(self, origin: Target, location: str) -> Target:
        """Where `origin` sends us, `location` relative or not, judged like any other URL."""
        _refuse_odd_text(location)
        try:
            target = self.judge_url(urljoin(origin.url, location))
        except ValueError as error:
            raise UrlNotAllowed("The address redirects to one that can't be read.") from error
        if origin.scheme == "https" and target.scheme == "http":
            raise UrlNotAllowed("The address redirects from https to http.")
        return target

    def judge_address(self, host: str, port: int, address: Address) -> None:
        """Whether to connect to `address`, which the canonical `host` spells or resolves to."""
        if any(rule.covers(host, port, address) for rule in self._rules):
            return
        if port not in USUAL_PORTS:
            raise UrlNotAllowed(f"Port {port} may not be reached.")
        if why_not_public(address):
            # The address itself stays unsaid: it would tell what names mean inside our network.
            raise UrlNotAllowed(f"The host {host} has an address that is not public.")

    def _judge_host(self, host: str, port: int) -> None:
        # RFC 6761: localhost is loopback, whatever a name server says.
        is_local = host == "localhost" or host.endswith(".localhost")
        address = _LOOPBACK if is_local else address_in(host)
        if address is not None:
            self.judge_address(host, port, address)
        elif port not in USUAL_PORTS and not self._may_cover(host, port):
            raise UrlNotAllowed(f"Port {port} may not be reached.")

    def _may_cover(self, host: str, port: int) -> bool:
        return any(rule.may_cover(host, port) for rule in self._rules)


def host_of(url: str) -> str:
    """The canonical host of a URL; "" for one that no policy lets pass."""
    parts = _URL.fullmatch(url)
    try:
        return _split_authority(parts["authority"], 80)[0] if parts else ""
    except UrlNotAllowed:
        return ""


def _refuse_odd_text(url: str) -> None:
    if len(url) > MAX_URL_CHARS:
        raise UrlNotAllowed(f"The address is longer than {MAX_URL_CHARS} characters.")
    # Parsers disagree on these, and a disagreement is a way around the judgement.
    if " " in url or "\\" in url or not url.isprintable():
        raise UrlNotAllowed("The address has spaces, backslashes or control characters.")


def _split_authority(authority: str, default_port: int) -> tuple[str, int]:
    if "@" in authority:
        raise UrlNotAllowed("The address has a user name or password.")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise UrlNotAllowed("The address has no host, or one that can't be read.")
    port = int(parts["port"] or default_port)
    if not 0 < port < 65536:
        raise UrlNotAllowed("The address has a port that does not exist.")
    return canonical_host(parts["host"]), port
