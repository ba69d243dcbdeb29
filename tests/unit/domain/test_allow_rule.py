"""FETCH_ALLOW_HOSTS: what each kind of entry opens, and nothing else."""

from ipaddress import ip_address

import pytest

from domain.model.errors import UrlNotAllowed
from domain.model.url_policy import UrlPolicy


def reaches(policy: UrlPolicy, host: str, port: int, address: str) -> bool:
    try:
        policy.judge_address(host, port, ip_address(address))
    except UrlNotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    ("allow_hosts", "host", "port", "address", "expected"),
    [
        ("", "minio", 80, "10.0.0.1", False),
        ("minio", "minio", 80, "10.0.0.1", True),
        ("MINIO", "minio", 443, "10.0.0.1", True),
        ("minio", "minio", 9000, "10.0.0.1", False),
        ("minio", "evil.example", 80, "10.0.0.1", False),
        ("minio", "minio.evil.example", 80, "10.0.0.1", False),
        ("minio:9000", "minio", 9000, "10.0.0.1", True),
        ("minio:9000", "minio", 80, "10.0.0.1", False),
        ("minio:9000", "minio", 80, "8.8.8.8", True),
        ("cdn.example:8443", "cdn.example", 8443, "8.8.8.8", True),
        ("10.0.0.0/8", "any.example", 80, "10.255.255.255", True),
        ("10.0.0.0/8", "any.example", 80, "11.0.0.0", True),
        ("10.0.0.0/8", "any.example", 80, "172.16.0.1", False),
        ("10.0.0.0/8", "any.example", 80, "::ffff:10.0.0.1", False),
        ("10.0.0.0/8:9000", "any.example", 9000, "10.0.0.1", True),
        ("10.0.0.0/8:9000", "any.example", 9000, "8.8.8.8", False),
        ("127.0.0.1:9000", "127.0.0.1", 9000, "127.0.0.1", True),
        ("127.0.0.1:9000", "127.0.0.1", 80, "127.0.0.1", False),
        ("fd00::/8", "fd00::1", 80, "fd00::1", True),
        ("[fd00::1]:9000", "fd00::1", 9000, "fd00::1", True),
        ("[fd00::1]", "fd00::2", 80, "fd00::2", False),
        (" minio , 10.0.0.0/8 ,", "minio", 80, "172.16.0.1", True),
    ],
)
def test_an_entry_opens_what_it_names(
    allow_hosts: str, host: str, port: int, address: str, expected: bool
) -> None:
    assert reaches(UrlPolicy(allow_hosts), host, port, address) is expected


@pytest.mark.parametrize(
    ("allow_hosts", "url"),
    [
        ("127.0.0.1:9000", "http://2130706433:9000/"),
        ("localhost:9000", "http://localhost:9000/"),
        ("127.0.0.0/8", "http://localhost/"),
        ("minio:9000", "http://minio:9000/"),
        ("10.0.0.0/8:9000", "http://minio:9000/"),
        ("bücher.example:9000", "http://BÜCHER.example:9000/"),
    ],
)
def test_an_allowed_url_passes_before_it_is_resolved(allow_hosts: str, url: str) -> None:
    assert UrlPolicy(allow_hosts).judge_url(url).scheme == "http"
    with pytest.raises(UrlNotAllowed):
        UrlPolicy().judge_url(url)


@pytest.mark.parametrize(
    "entry",
    ["http://minio", "10.0.0.1/8", "minio:0", "minio:70000", "minio:x", "*.lan", "a b", "[fd00::1"],
)
def test_an_entry_that_cannot_be_read_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match=r"is neither|has a port") as error:
        UrlPolicy(f"minio,{entry}")
    assert repr(entry) in str(error.value)
