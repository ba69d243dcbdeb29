"""Which addresses are not the public internet.

Explicit tables, because the ready-made answers err: Python 3.11's `is_global` is true for
64:ff9b::a9fe:a9fe, 2002:7f00:1::1, ::127.0.0.1, fec0::1 and ff02::1, and `is_private` is
false for 100.64.0.1.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190), RFC 4291,
RFC 3879 (site-local), RFC 6052 and RFC 8215 (NAT64), RFC 9637 (3fff::/20), RFC 9602 (5f00::/16),
and the metadata addresses the large clouds publish. An operator's own NAT64 prefix can't be
known here.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

IPV4_NOT_PUBLIC = (
    (IPv4Network("0.0.0.0/8"), "this network"),
    (IPv4Network("10.0.0.0/8"), "private use"),
    (IPv4Network("100.64.0.0/10"), "shared by a carrier, or cloud metadata"),
    (IPv4Network("127.0.0.0/8"), "loopback"),
    (IPv4Network("168.63.129.16/32"), "cloud platform service"),
    (IPv4Network("169.254.0.0/16"), "link-local, or cloud metadata"),
    (IPv4Network("172.16.0.0/12"), "private use"),
    (IPv4Network("192.0.0.0/24"), "protocol assignments, or cloud metadata"),
    (IPv4Network("192.0.2.0/24"), "documentation"),
    (IPv4Network("192.88.99.0/24"), "6to4 relay"),
    (IPv4Network("192.168.0.0/16"), "private use"),
    (IPv4Network("198.18.0.0/15"), "benchmarking"),
    (IPv4Network("198.51.100.0/24"), "documentation"),
    (IPv4Network("203.0.113.0/24"), "documentation"),
    (IPv4Network("224.0.0.0/4"), "multicast"),
    (IPv4Network("240.0.0.0/4"), "reserved, or broadcast"),
)

# The last three rows refuse all that IANA has never given out: only 2000::/3 is unicast for the
# whole internet. The rows above them exist for the reason they name.
IPV6_NOT_PUBLIC = (
    (IPv6Network("::/128"), "unspecified"),
    (IPv6Network("::1/128"), "loopback"),
    (IPv6Network("::ffff:0:0/96"), "IPv4-mapped"),
    (IPv6Network("::/96"), "IPv4-compatible"),
    (IPv6Network("64:ff9b::/96"), "NAT64"),
    (IPv6Network("64:ff9b:1::/48"), "local NAT64"),
    (IPv6Network("100::/64"), "discard"),
    (IPv6Network("2001::/32"), "Teredo"),
    (IPv6Network("2001::/23"), "protocol assignments"),
    (IPv6Network("2001:db8::/32"), "documentation"),
    (IPv6Network("2002::/16"), "6to4"),
    (IPv6Network("3fff::/20"), "documentation"),
    (IPv6Network("5f00::/16"), "segment routing"),
    (IPv6Network("fc00::/7"), "unique local, or cloud metadata"),
    (IPv6Network("fe80::/10"), "link-local"),
    (IPv6Network("fec0::/10"), "site-local"),
    (IPv6Network("ff00::/8"), "multicast"),
    (IPv6Network("::/3"), "not given out"),
    (IPv6Network("4000::/2"), "not given out"),
    (IPv6Network("8000::/1"), "not given out"),
)


def why_not_public(address: Address) -> str | None:
    """What the first range holding `address` is for, or None for a public address."""
    if isinstance(address, IPv4Address):
        return next((why for network, why in IPV4_NOT_PUBLIC if address in network), None)
    return next((why for network, why in IPV6_NOT_PUBLIC if address in network), None)
