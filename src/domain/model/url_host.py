"""One spelling for every host, so that it can be judged before anybody resolves it.

`getaddrinfo` takes 2130706433, 0x7f.1, 017700000001, 127.1, 0, circled digits and 127。0。0。1
for addresses. Here they become that address, or are refused; nothing is left to interpret.
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address

from domain.model.address_ranges import Address
from domain.model.errors import UrlNotAllowed

_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*", re.ASCII)
# The WHATWG URL standard's rule: a name whose last label is a number has to be an IPv4 address.
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
# IDNA 2003, which Python has, and IDNA 2008 turn these into different names (UTS 46, section 4).
_DEVIATIONS = frozenset("ßς")


@lru_cache(maxsize=1024)
def canonical_host(text: str) -> str:
    """`text`, the host of a URL, as a lower-case ASCII name, dotted IPv4 or bare IPv6 address.

    Raises `UrlNotAllowed` for what is neither.
    """
    if text.startswith("["):
        return str(_parse_ipv6(text))
    name = _ascii_name(text)
    return str(parse_ipv4(name)) if _ENDS_IN_NUMBER.fullmatch(name) else name


@lru_cache(maxsize=1024)
def address_in(host: str) -> Address | None:
    """The address that a canonical host spells, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def parse_ipv4(text: str) -> IPv4Address:
    """`text` read as inet_aton(3) does: one to four parts, each decimal, octal or hexadecimal."""
    *lead, last = [_parse_number(part) for part in text.split(".")]
    room = 4 - len(lead)
    if room < 1 or any(part > 0xFF for part in lead) or last >= 256**room:
        raise UrlNotAllowed("The address has a host that is not an IPv4 address.")
    high = int.from_bytes(bytes(lead), "big")
    return IPv4Address((high << 8 * room) + last)


def _parse_number(part: str) -> int:
    for pattern, base in (("0x[0-9a-f]+", 16), ("0[0-7]*", 8), ("[1-9][0-9]*", 10)):
        if re.fullmatch(pattern, part, re.ASCII):
            return int(part, base)
    raise UrlNotAllowed("The address has a host that is not an IPv4 address.")


def _parse_ipv6(text: str) -> IPv6Address:
    # A zone id names an interface of this machine, so it never belongs to a public address.
    if not text.endswith("]") or "%" in text:
        raise UrlNotAllowed("The address has a host that is not an IPv6 address.")
    try:
        return IPv6Address(text[1:-1])
    except AddressValueError as error:
        raise UrlNotAllowed("The address has a host that is not an IPv6 address.") from error


def _ascii_name(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    if _DEVIATIONS.intersection(folded):
        raise UrlNotAllowed("The host name is ambiguous: write it in its xn-- form.")
    try:
        name = folded.encode("idna").decode("ascii").removesuffix(".")
    except UnicodeError as error:
        raise UrlNotAllowed("The address has a host that is not a name.") from error
    if not _NAME.fullmatch(name):
        raise UrlNotAllowed("The address has no host, or one that is not a name.")
    return name
