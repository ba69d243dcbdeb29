"""Stores whose files the gateway serves: it can check the links they give."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.blobs.local import LocalBlobStore
from adapters.blobs.memory import MemoryBlobStore
from domain.model.links import FILES_PATH, LinkSigner
from ports.blob_store import BlobStore

SIGNER = LinkSigner(b"a secret for tests only")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "store", [MemoryBlobStore(SIGNER), LocalBlobStore(Path("unused"), SIGNER)], ids=["m", "l"]
)
async def test_a_link_goes_through_the_gateway_until_it_ends(store: BlobStore) -> None:
    link = urlsplit(await store.link("results/t/x_8x8.png", 1_000.5, "x.png") or "")
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    key, ends_s = link.path.removeprefix(FILES_PATH), int(query["expires"])
    assert (key, ends_s) == ("results/t/x_8x8.png", 1_000)
    assert SIGNER.verify(key, ends_s, query["signature"], now=999)
    assert not SIGNER.verify(key, ends_s, query["signature"], now=1_000)
