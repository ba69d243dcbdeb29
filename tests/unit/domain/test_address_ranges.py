"""Both edges of every range, and the addresses beside them.

The rows are written out on purpose, not read from the table they check. `beside` names the
neighbours just outside that are public; where a neighbour lies in another range it is left out.
"""

from ipaddress import ip_address

import pytest

from domain.model.address_ranges import IPV4_NOT_PUBLIC, IPV6_NOT_PUBLIC, why_not_public

ROWS = [
    ("0.0.0.0", "0.255.255.255", ["1.0.0.0"]),
    ("10.0.0.0", "10.255.255.255", ["9.255.255.255", "11.0.0.0"]),
    ("100.64.0.0", "100.127.255.255", ["100.63.255.255", "100.128.0.0"]),
    ("127.0.0.0", "127.255.255.255", ["126.255.255.255", "128.0.0.0"]),
    ("168.63.129.16", "168.63.129.16", ["168.63.129.15", "168.63.129.17"]),
    ("169.254.0.0", "169.254.255.255", ["169.253.255.255", "169.255.0.0"]),
    ("172.16.0.0", "172.31.255.255", ["172.15.255.255", "172.32.0.0"]),
    ("192.0.0.0", "192.0.0.255", ["191.255.255.255", "192.0.1.0"]),
    ("192.0.2.0", "192.0.2.255", ["192.0.1.255", "192.0.3.0"]),
    ("192.88.99.0", "192.88.99.255", ["192.88.98.255", "192.88.100.0"]),
    ("192.168.0.0", "192.168.255.255", ["192.167.255.255", "192.169.0.0"]),
    ("198.18.0.0", "198.19.255.255", ["198.17.255.255", "198.20.0.0"]),
    ("198.51.100.0", "198.51.100.255", ["198.51.99.255", "198.51.101.0"]),
    ("203.0.113.0", "203.0.113.255", ["203.0.112.255", "203.0.114.0"]),
    ("224.0.0.0", "239.255.255.255", ["223.255.255.255"]),
    ("240.0.0.0", "255.255.255.255", []),
    ("::", "::", []),
    ("::1", "::1", []),
    ("::ffff:0.0.0.0", "::ffff:255.255.255.255", []),
    ("::", "::ffff:ffff", []),
    ("64:ff9b::", "64:ff9b::ffff:ffff", []),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", []),
    ("100::", "100::ffff:ffff:ffff:ffff", []),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", ["2000:ffff::", "2001:200::"]),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", ["2001:200::"]),
    (
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        ["2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"],
    ),
    (
        "2002::",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ["2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"],
    ),
    (
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        ["3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"],
    ),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []),
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["2000::"]),
    ("4000::", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["3fff:1000::"]),
    ("8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []),
]


@pytest.mark.parametrize(("first", "last", "beside"), ROWS)
def test_both_edges_are_inside_and_the_neighbours_outside(
    first: str, last: str, beside: list[str]
) -> None:
    assert why_not_public(ip_address(first))
    assert why_not_public(ip_address(last))
    assert [why_not_public(ip_address(neighbour)) for neighbour in beside] == [None] * len(beside)


def test_every_range_has_a_row() -> None:
    table = {
        (str(network[0]), str(network[-1])) for network, _ in (*IPV4_NOT_PUBLIC, *IPV6_NOT_PUBLIC)
    }
    assert table == {(str(ip_address(first)), str(ip_address(last))) for first, last, _ in ROWS}


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("169.254.169.254", "link-local, or cloud metadata"),
        ("168.63.129.16", "cloud platform service"),
        ("192.0.0.192", "protocol assignments, or cloud metadata"),
        ("100.100.100.200", "shared by a carrier, or cloud metadata"),
        ("255.255.255.255", "reserved, or broadcast"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("::127.0.0.1", "IPv4-compatible"),
        ("64:ff9b::a9fe:a9fe", "NAT64"),
        ("64:ff9b::1:0:0", "not given out"),
        ("64:ff9b:1::1", "local NAT64"),
        ("64:ff9b:2::", "not given out"),
        ("2001:0:1::", "Teredo"),
        ("2001:1::", "protocol assignments"),
        ("2002:7f00:1::1", "6to4"),
        ("fd00:ec2::254", "unique local, or cloud metadata"),
        ("fbff::", "not given out"),
        ("fe7f::", "not given out"),
        ("fe80::1", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
    ],
)
def test_the_narrowest_range_gives_the_reason(address: str, why: str) -> None:
    assert why_not_public(ip_address(address)) == why


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "2a00::1"])
def test_the_public_internet_is_public(address: str) -> None:
    assert why_not_public(ip_address(address)) is None
