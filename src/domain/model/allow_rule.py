"""One entry of FETCH_ALLOW_HOSTS: a host that may be reached although it is private."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Self

from domain.model.address_ranges import Address
from domain.model.errors import UrlNotAllowed
from domain.model.url_host import canonical_host

USUAL_PORTS = frozenset({80, 443})

_WITH_PORT = re.compile(r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class AllowRule:
    host: str | IPv4Network | IPv6Network
    """A canonical host name, or the addresses themselves."""
    port: int | None
    """None for 80 and 443."""

    @classmethod
    def parse(cls, entry: str) -> Self:
        """`photos.lan`, `photos.lan:9000`, `10.0.0.0/8`, `10.1.2.3:9000`, `fd00::/8`,
        `[fd00::1]:9000`. Raises `ValueError`.
        """
        parts = _WITH_PORT.fullmatch(entry)
        # Two colons and no brackets: an IPv6 address or CIDR without a port.
        host, port = (parts["ipv6"] or parts["host"], parts["port"]) if parts else (entry, None)
        if port is not None and not 0 < int(port) < 65536:
            raise ValueError(f"{entry!r} has a port that does not exist")
        return cls(_parse_host(host, entry), None if port is None else int(port))

    def covers(self, host: str, port: int, address: Address) -> bool:
        """Whether this rule allows connecting to `address` for the canonical `host`."""
        named = self.host == host if isinstance(self.host, str) else address in self.host
        return named and self._covers_port(port)

    def may_cover(self, host: str, port: int) -> bool:
        """The same before `host`, a name, is resolved: it may lie in any network."""
        named = self.host == host if isinstance(self.host, str) else True
        return named and self._covers_port(port)

    def _covers_port(self, port: int) -> bool:
        return port in USUAL_PORTS if self.port is None else port == self.port


def _parse_host(host: str, entry: str) -> str | IPv4Network | IPv6Network:
    try:
        return ip_network(host)
    except ValueError as not_a_network:
        try:
            return canonical_host(host)
        except UrlNotAllowed:
            raise ValueError(
                f"{entry!r} is neither a host name nor an address or CIDR"
            ) from not_a_network
