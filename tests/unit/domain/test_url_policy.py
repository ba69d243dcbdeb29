"""What a user may make this server reach: the table of the threat model, T4 to T8."""

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.model.errors import UrlNotAllowed
from domain.model.url_host import canonical_host, parse_ipv4
from domain.model.url_policy import Target, UrlPolicy
from tests.unit.domain.hostile_urls import NOT_A_WEB_ADDRESS, OUT_OF_BOUNDS

POLICY = UrlPolicy()


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://Example.COM:443/a?b=c#d", "https://example.com/a?b=c"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("http://example.com.:80?q", "http://example.com/?q"),
        ("http://example.com:/", "http://example.com/"),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
        ("http://ｅｘａｍｐｌｅ。com/%2e", "http://example.com/%2e"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://[2606:4700::0001]/", "http://[2606:4700::1]/"),
        ("http://my_photos.example/", "http://my_photos.example/"),
        ("http://a.example/p?u=http://b@c:9/", "http://a.example/p?u=http://b@c:9/"),
    ],
)
def test_a_public_url_has_one_canonical_form(url: str, canonical: str) -> None:
    assert POLICY.judge_url(url).url == canonical
    assert POLICY.judge_url(canonical).url == canonical


def test_a_target_names_its_parts() -> None:
    assert POLICY.judge_url("https://[2606:4700::1]/a?b") == Target(
        "https", "2606:4700::1", 443, "/a?b"
    )


@pytest.mark.parametrize("url", NOT_A_WEB_ADDRESS + OUT_OF_BOUNDS)
def test_a_hostile_url_is_refused_before_anyone_resolves_it(url: str) -> None:
    with pytest.raises(UrlNotAllowed):
        POLICY.judge_url(url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://user:secret@example.com/", "user name or password"),
        ("http://example.com/a b", "spaces"),
        ("ftp://example.com/", "http://"),
        ("http://example.com:22/", "Port 22"),
        ("http://127.1/", "127.0.0.1 has an address that is not public"),
        ("http://straße.example/", "xn--"),
    ],
)
def test_a_refusal_says_what_to_mend(url: str, says: str) -> None:
    with pytest.raises(UrlNotAllowed) as refusal:
        POLICY.judge_url(url)
    assert says in refusal.value.detail


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_spelling_of_an_ipv4_address_is_that_address(number: int) -> None:
    address = IPv4Address(number)
    a, b, c, d = address.packed
    spellings = [
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a:#x}.{b}.{c << 8 | d}",
        f"0{a:o}.{b:#x}.{c}.{d}",
    ]
    assert {parse_ipv4(spelling) for spelling in spellings} == {address}
    assert {canonical_host(spelling) for spelling in spellings} == {str(address)}


@settings(deadline=None)
@given(st.text())
def test_any_text_is_judged_or_refused(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://example.com/{text}"):
        try:
            target = POLICY.judge_url(url)
        except UrlNotAllowed:
            continue
        assert target.url.isascii()
        assert POLICY.judge_url(target.url).host == target.host


ORIGIN = POLICY.judge_url("https://example.com/a/b?c")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("d", "https://example.com/a/d"),
        ("/d", "https://example.com/d"),
        ("?d", "https://example.com/a/b?d"),
        ("//other.example/d", "https://other.example/d"),
        ("https://other.example/d", "https://other.example/d"),
        ("HTTPS://other.example", "https://other.example/"),
    ],
)
def test_a_redirect_is_resolved_against_where_it_came_from(location: str, url: str) -> None:
    assert POLICY.judge_redirect(ORIGIN, location).url == url


@pytest.mark.parametrize(
    "location",
    [
        "//169.254.169.254/",
        "https://127.1/",
        "https://example.com:22/",
        "https://user@example.com/",
        "http://example.com/",
        "file:///etc/passwd",
        "https://[bad/",
        "/a\\b",
        "/a\nb",
        "/" + "a" * 4096,
    ],
)
def test_a_redirect_out_of_bounds_is_refused(location: str) -> None:
    with pytest.raises(UrlNotAllowed):
        POLICY.judge_redirect(ORIGIN, location)


def test_a_redirect_may_go_from_http_to_https() -> None:
    origin = POLICY.judge_url("http://example.com/")
    assert POLICY.judge_redirect(origin, "https://example.com/").scheme == "https"


def test_a_refusal_does_not_tell_what_a_name_means_inside() -> None:
    with pytest.raises(UrlNotAllowed) as refusal:
        POLICY.judge_address("db.example.com", 80, ip_address("10.11.12.13"))
    assert "10.11" not in refusal.value.detail
