"""How addresses of S3 servers are read."""

import pytest

from adapters.blobs.s3_endpoint import endpoint_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://s3.example.com", "http://s3.example.com"),
        ("https://localhost:9000", "https://localhost:9000"),
        ("HTTPS://s3.example.com", "HTTPS://s3.example.com"),
        (" https://s3.example.com/ ", "https://s3.example.com"),
        ("https://example.com/s3/", "https://example.com/s3"),
        ("localhost:9000", "http://localhost:9000"),
        ("s3:8333", "http://s3:8333"),
        ("minio", "http://minio"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("10.1.2.3:9000", "http://10.1.2.3:9000"),
        ("192.168.1.7", "http://192.168.1.7"),
        ("[::1]:9000", "http://[::1]:9000"),
        ("[fd00::7]:9000", "http://[fd00::7]:9000"),
        ("host.docker.internal:9000", "http://host.docker.internal:9000"),
        ("s3.storage.svc:80", "http://s3.storage.svc:80"),
        ("s3.eu-central-1.amazonaws.com", "https://s3.eu-central-1.amazonaws.com"),
        ("fsn1.example.com:443", "https://fsn1.example.com:443"),
        ("8.8.8.8:9000", "https://8.8.8.8:9000"),
        ("[2001:4860:4860::8888]", "https://[2001:4860:4860::8888]"),
    ],
)
def test_addresses_as_people_write_them(text: str, url: str) -> None:
    assert endpoint_url(text) == url


@pytest.mark.parametrize(
    "text",
    ["", "http://", "ftp://s3:21", "s3://bucket", "http://s3:port", "s3:99999", "s3:0", "[::1",
     "http://s3:9000/?a=b", "http://s3:9000#x", "http://s 3:9000", "http://s3\n:9000", "/srv/s3"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        endpoint_url(text)


@pytest.mark.parametrize("text", ["http://key:secret@s3:9000", "key:secret@s3:9000", "https://k@h"])
def test_credentials_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="S3_ACCESS_KEY and S3_SECRET_KEY") as caught:
        endpoint_url(text)
    assert "secret@" not in str(caught.value)
