from collections.abc import AsyncIterator

import pytest

from adapters.imaging.pillow import PillowImaging
from ports.imaging import Imaging
from tests.contract.clauses.imaging import DecodingClauses
from tests.contract.clauses.imaging_encoding import EncodingClauses


@pytest.fixture
async def imaging() -> AsyncIterator[Imaging]:
    adapter = PillowImaging(threads=2)
    await adapter.start()
    yield adapter
    await adapter.aclose()


# Pillow warns about broken EXIF; the service ignores that, as the adapter asks it to.
@pytest.mark.filterwarnings("ignore::UserWarning")
class TestDecoding(DecodingClauses):
    pass


class TestEncoding(EncodingClauses):
    pass
